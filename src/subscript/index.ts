export type { Overflow, SubCallContext, SubScriptOptions } from './options.js';
export type { PlainValue } from './plain-value.js';
export { createSubScripts, type SubScripts } from './sub-scripts.js';
