/**
 * What runs in a child process: a thread, and a relay between it and the owner.
 *
 * 1. It dies with its owner: when the channel between them closes, and all that tasks started with it.
 * 2. The owner hears of every task that it sent.
 */
import { availableMeans } from '../control/interrupter.js';
import { StopReason } from '../control/task-word.js';
import { ENGINE_NAMES, type EngineName, engineFor } from '../engines/engine-name.js';
import type { Job } from '../worker/messages.js';
import { compiledEngine, compileEngineOnce } from './compiled-engines.js';
import type { Host } from './host.js';
import { HostGroup } from './host-group.js';
import type { ChildSettings, ToChild } from './process-messages.js';
import { tell } from './process-outbox.js';
import { RelayedTask } from './relayed-task.js';
import type { Claim } from './thread-load.js';

class Relay {
  readonly #hosts: HostGroup<RelayedTask>;
  readonly #tasks = new Map<number, RelayedTask>();
  readonly #jobs = new Map<number, Job>();
  /** The counts of each engine, as the owner knows them. */
  readonly #told = new Map<string, string>();

  constructor(settings: ChildSettings) {
    const means = availableMeans();
    this.#hosts = new HostGroup<RelayedTask>(
      {
        ...settings,
        isolation: 'thread',
        hosts: 1,
        queue: 0,
        processMemory: Number.POSITIVE_INFINITY,
        means,
        depth: 1,
        idleMs: Number.POSITIVE_INFINITY,
        recycle: { tasks: Number.POSITIVE_INFINITY, ageMs: Number.POSITIVE_INFINITY },
      },
      ({ job }) => ({ holds: job.program.language !== 'lua', expectedMs: Number.POSITIVE_INFINITY }),
      (task, host, claim) => this.#send(task, host, claim),
    );
  }

  receive(message: Exclude<ToChild, { op: 'setup' }>): void {
    switch (message.op) {
      case 'job':
        this.#jobs.set(message.id, message.job);
        return;
      case 'forget':
        this.#jobs.clear();
        return;
      case 'start': {
        const { order, job } = message;
        this.#start({ ...order, announce: true }, typeof job === 'number' ? (this.#jobs.get(job) as Job) : job);
        return;
      }
      case 'stop':
        this.#hosts.table.grace = message.grace;
        this.#stop(this.#task(message), message.reason);
        return;
      case 'answer': {
        const task = this.#task(message);
        if (task?.row !== undefined) this.#hosts.answer(task.row, task.order.number, message.answer);
        return;
      }
      case 'delivered':
        this.#task(message)?.delivered();
    }
  }

  #task({ row, number }: { row: number; number: number }): RelayedTask | undefined {
    const task = this.#tasks.get(row);
    return task?.order.number === number ? task : undefined;
  }

  #start(order: RelayedTask['order'], job: Job): void {
    const task = new RelayedTask(order, job, this.#hosts.table, tell, (ended) => this.#ended(ended));
    this.#tasks.set(order.row, task);
    // The owner sends no more than there are slots.
    this.#hosts.dispatcher.offer(task, 0);
  }

  #stop(task: RelayedTask | undefined, reason: StopReason): void {
    if (task === undefined) return;
    if (task.row !== undefined) {
      this.#hosts.stop(task.row, task.order.number, reason);
      return;
    }
    task.stopped = reason;
    if (this.#hosts.dispatcher.remove(task)) task.withdraw();
  }

  /** Brings a task to the thread: at once, or when its engine is compiled. */
  #send(task: RelayedTask, host: Host, claim: Claim): void {
    const { language } = task.job.program;
    const name = language === 'module' ? undefined : engineFor(language);
    const engine = name && compiledEngine(name);
    if (engine !== undefined) host.addEngine(engine);
    if (engine !== undefined || name === undefined) {
      this.#run(task, host, claim);
      return;
    }
    host.reserve();
    compileEngineOnce(name).then(
      (compiled) => {
        host.unreserve();
        host.addEngine(compiled);
        this.#run(task, host, claim);
      },
      (error: Error) => {
        host.unreserve();
        task.lost(error, false);
      },
    );
  }

  #run(task: RelayedTask, host: Host, claim: Claim): void {
    if (task.stopped !== StopReason.none) {
      task.withdraw();
      return;
    }
    task.row = this.#hosts.takeRow(task.order.number, host);
    host.start({ ...task.order, row: task.row }, task.job, claim, task);
  }

  #tellCounts(): void {
    for (const [name, counts] of Object.entries(this.#hosts.pool.hosts[0]?.engineCounts ?? {})) {
      const text = JSON.stringify(counts);
      if (this.#told.get(name) === text) continue;
      this.#told.set(name, text);
      tell({ op: 'counts', engine: ENGINE_NAMES.indexOf(name as EngineName), counts });
    }
  }

  #ended(task: RelayedTask): void {
    this.#tasks.delete(task.order.row);
    if (task.row !== undefined) this.#hosts.freeRow(task.row);
    this.#tellCounts();
    this.#hosts.dispatcher.release();
    this.#hosts.dispatcher.dispatch();
  }
}

let relay: Relay | undefined;
process.on('message', (message: ToChild) => {
  if (message.op !== 'setup') {
    relay?.receive(message);
    return;
  }
  relay = new Relay(message.settings);
  void Promise.all([compileEngineOnce('lua'), compileEngineOnce('javascript')]).then(() => tell({ op: 'ready' }));
});
process.on('disconnect', () => {
  // The whole group: also what module tasks started.
  process.kill(-process.pid, 'SIGKILL');
});
