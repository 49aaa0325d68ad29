import { RowMap } from '../control/row-map.js';
import type { Fiber } from './fiber.js';

/** The fibers of a thread that have not ended, by the rows of their tasks. */
export class LiveFibers {
  readonly #fibers = new RowMap<Fiber>();
  #modules = 0;

  get size(): number {
    return this.#fibers.size;
  }

  /** How many of them are functions of modules: what these wait for only they know. */
  get modules(): number {
    return this.#modules;
  }

  add(fiber: Fiber): void {
    this.#fibers.set(fiber.order.row, fiber);
    if (isModule(fiber)) this.#modules += 1;
  }

  delete(fiber: Fiber): void {
    this.#fibers.delete(fiber.order.row);
    if (isModule(fiber)) this.#modules -= 1;
  }

  at(row: number): Fiber | undefined {
    return this.#fibers.get(row);
  }

  /** That of a task; undefined if it has ended, whoever has its row now. */
  of(row: number, number: number): Fiber | undefined {
    const fiber = this.#fibers.get(row);
    return fiber?.order.number === number ? fiber : undefined;
  }

  values(): Iterable<Fiber> {
    return this.#fibers.values();
  }
}

export function isModule({ job }: Fiber): boolean {
  return job.program.language === 'module';
}
