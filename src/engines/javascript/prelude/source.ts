import { MAX_DEPTH, MAX_VALUES } from '../../../values/value.js';
import { makeCalls } from './calls.js';
import { makeConsole } from './console.js';
import { makeDecoder } from './decoder.js';
import { makeDescriber } from './describer.js';
import { makeEncoder } from './encoder.js';
import { makeInspector } from './inspector.js';
import { makePrimordials } from './primordials.js';

/** What the prelude is called in stacks; frames of this file are not shown to anyone. */
export const PRELUDE_NAME = 'stint:prelude';

/**
 * The source of the prelude: a function that takes the host functions and returns what the host keeps. It leaves
 * `console`, `print` and the ways out (calls.ts) on the global object and nothing else.
 */
export const PRELUDE_SOURCE = `(function (write, classOf, call) {
'use strict';
const primordials = (${makePrimordials})();
const inspect = (${makeInspector})(primordials, classOf);
(${makeConsole})(inspect, write);
const encode = (${makeEncoder})(primordials, classOf, ${MAX_DEPTH}, ${MAX_VALUES});
return {
__proto__: null,
encode,
calls: (${makeCalls})(primordials, encode, call),
decode: (${makeDecoder})(primordials),
describe: (${makeDescriber})(primordials, classOf, inspect),
settle: async (value) => await value,
};
})`;
