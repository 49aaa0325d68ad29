import { MAX_DEPTH, MAX_VALUES } from '../../../values/value.js';
import { makeCalls } from './calls.js';
import { makeConsole } from './console.js';
import { makeDecoder } from './decoder.js';
import { makeDescriber } from './describer.js';
import { makeEncoder } from './encoder.js';
import { makeInspector } from './inspector.js';
import { makePerformance } from './performance.js';
import { makePrimordials } from './primordials.js';
import { makeWeb } from './web.js';

/** What the prelude is called in stacks; frames of this file are not shown to anyone. */
export const PRELUDE_NAME = 'stint:prelude';

/**
 * The source of the prelude: a function that takes the host functions and returns what the host keeps. It leaves
 * `console`, `print`, the ways out (calls.ts) and a little of the web platform (web.ts) on the global object and nothing else.
 */
export const PRELUDE_SOURCE = `(function (write, classOf, call, encodeText, decodeText) {
'use strict';
const primordials = (${makePrimordials})();
const inspect = (${makeInspector})(primordials, classOf);
(${makeConsole})(inspect, write);
const encode = (${makeEncoder})(primordials, classOf, ${MAX_DEPTH}, ${MAX_VALUES});
const encodeAll = (values) => encode(values, ${MAX_DEPTH + 1});
const calls = (${makeCalls})(primordials, encodeAll, call, (${makePerformance})(primordials));
(${makeWeb})(primordials, calls.request, encodeText, decodeText);
return {
__proto__: null,
encode,
calls,
decode: (${makeDecoder})(primordials),
describe: (${makeDescriber})(primordials, classOf, inspect),
settle: async (value) => await value,
};
})`;
