import type { Job } from '../worker/messages.js';

/** So many jobs a carrier is to know by number. */
const MOST_JOBS = 1024;

/** Jobs that a carrier was told once and knows by number from then on. */
export class JobNumbers {
  readonly #numbers = new Map<Job, number>();
  readonly #tell: (message: { op: 'job'; id: number; job: Job } | { op: 'forget' }) => void;

  constructor(tell: (message: { op: 'job'; id: number; job: Job } | { op: 'forget' }) => void) {
    this.#tell = tell;
  }

  /** What stands for a job in a message: its number, if it has one or is to have one. */
  short(job: Job): Job | number {
    const known = this.#numbers.get(job);
    if (known !== undefined) return known;
    if (!job.recurs) return job;
    if (this.#numbers.size >= MOST_JOBS) {
      this.#numbers.clear();
      this.#tell({ op: 'forget' });
    }
    const id = this.#numbers.size;
    this.#numbers.set(job, id);
    this.#tell({ op: 'job', id, job });
    return id;
  }
}
