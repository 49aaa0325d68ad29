import type { Ajv } from 'ajv';
import { fastFormats } from 'ajv-formats/dist/formats.js';
import { count } from './matching.js';

/** A text that is longer than this has none of the formats. Bounds what their expressions can take. */
const LONGEST = 4096;

/** Some of their expressions take time by the square of a text's length, which counts from so many characters on. */
const SQUARE = 64;

/** Adds the formats of JSON Schema, those of Ajv's own collection that are checked fast. */
export function addFormats(ajv: Ajv): void {
  for (const [name, format] of Object.entries(fastFormats)) {
    if (format instanceof RegExp)
      ajv.addFormat(
        name,
        bounded((text) => format.test(text)),
      );
    else if (typeof format === 'function') ajv.addFormat(name, bounded(format as (text: string) => boolean));
    else ajv.addFormat(name, format);
  }
}

function bounded(test: (text: string) => boolean): (text: string) => boolean {
  return (text) => {
    if (text.length > LONGEST) return false;
    if (text.length > SQUARE) count(text.length ** 2 / SQUARE);
    return test(text);
  };
}
