export type { Finding } from './finding.js';
export { type Inspected, type InspectOptions, inspect, type State } from './inspect.js';
export { type Ledger, type LedgerOptions, openLedger } from './ledger.js';
export { SharedMemory, type SharedMemoryOptions } from './shared-memory.js';
export { type SweepReport, sweep } from './sweep.js';
