import { State, stateOf } from '../control/task-word.js';
import type { TaskState } from './task.js';

const STATES: Record<State, TaskState> = {
  [State.free]: 'ended',
  [State.queued]: 'queued',
  [State.running]: 'running',
  [State.waiting]: 'waiting',
  [State.stopping]: 'stopping',
  [State.breaking]: 'stopping',
  [State.ended]: 'stopping',
};

/** What the word of a task's row says to those outside. */
export function taskStateOf(word: number): TaskState {
  return STATES[stateOf(word)];
}
