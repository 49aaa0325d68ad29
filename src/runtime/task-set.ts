import type { TaskRun } from './task-run.js';

/**
 * The tasks of a runtime that have no outcome yet. An array and not a Set, for the reason that `RowMap` gives: a task knows its index.
 */
export class TaskSet {
  readonly #tasks: TaskRun[] = [];

  get size(): number {
    return this.#tasks.length;
  }

  add(task: TaskRun): void {
    task.index = this.#tasks.length;
    this.#tasks.push(task);
  }

  delete(task: TaskRun): void {
    const last = this.#tasks.pop();
    if (last === undefined || last === task) return;
    last.index = task.index;
    this.#tasks[task.index] = last;
  }

  /** Those that are there now, in no order. */
  list(): TaskRun[] {
    return [...this.#tasks];
  }
}
