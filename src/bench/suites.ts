import type { Suite } from './suite.js';

/** All suites, in the order in which they run. A suite's code is loaded by the process that runs it. */
export const SUITES = {
  creation: async () => (await import('./suites/creation.js')).suite,
  calls: async () => (await import('./suites/calls.js')).suite,
  workloads: async () => (await import('./suites/workloads.js')).suite,
  callers: async () => (await import('./suites/callers.js')).suite,
  processes: async () => (await import('./suites/processes.js')).suite,
  threads: async () => (await import('./suites/threads.js')).suite,
  memory: async () => (await import('./suites/memory.js')).suite,
  leaks: async () => (await import('./suites/leaks.js')).suite,
  timeouts: async () => (await import('./suites/timeouts.js')).suite,
  frames: async () => (await import('./suites/frames.js')).suite,
  sockets: async () => (await import('./suites/sockets.js')).suite,
  kernel: async () => (await import('./suites/kernel.js')).suite,
  restarts: async () => (await import('./suites/restarts.js')).suite,
} satisfies Record<string, () => Promise<Suite>>;

export type SuiteName = keyof typeof SUITES;

export const SUITE_NAMES = Object.keys(SUITES) as SuiteName[];
