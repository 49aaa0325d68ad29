export type { Finding } from './finding.js';
export { type Ledger, type LedgerOptions, openLedger } from './ledger.js';
export { SharedMemory, type SharedMemoryOptions } from './shared-memory.js';
export { type SweepReport, sweep } from './sweep.js';
