export type { InterruptMeans } from './control/interrupter.js';
export type { ModuleContext, ModuleTool, ModuleTools } from './engines/module/module-context.js';
export { ERROR_CODES, type ErrorCode } from './errors/codes.js';
export { isStintError, type ScriptLanguage, StintError } from './errors/stint-error.js';
export type { Isolation } from './hosts/isolation.js';
export type { Permissions } from './io/permissions.js';
export { Channel, createChannel } from './runtime/channel.js';
export type { EventListener, HostCallContext, HostFunction } from './runtime/host-calls.js';
export type { Limits } from './runtime/limits.js';
export type { MapOptions } from './runtime/map.js';
export type { Outcome, OutcomeKind, Rung, Usage } from './runtime/outcome.js';
export type { RunOptions, RunSyncOptions } from './runtime/run-options.js';
export type { Runtime } from './runtime/runtime.js';
export {
  callSync,
  closeSharedRuntime,
  makeSync,
  run,
  runSync,
  sharedRuntime,
  start,
} from './runtime/shared-runtime.js';
export type { Source } from './runtime/source.js';
export type { HostStats, Percentiles, RuntimeStats } from './runtime/stats.js';
export type { Task, TaskEvent, TaskState } from './runtime/task.js';
export type { Bytes, Duration } from './runtime/units.js';
export { createRuntime, type RuntimeOptions } from './tools/create-runtime.js';
export { type Transferable, transfer } from './values/transfer.js';
export type { Value } from './values/value.js';
