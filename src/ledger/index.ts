export type { Finding } from './finding.js';
export { type Inspected, type InspectOptions, inspect, type State } from './inspect.js';
export { type Ledger, type LedgerOptions, openLedger } from './ledger.js';
export type { Resource } from './record.js';
export type { Registration } from './registration.js';
export { SharedMemory, type SharedMemoryOptions } from './shared-memory.js';
export { type SweepReport, sweep } from './sweep.js';
