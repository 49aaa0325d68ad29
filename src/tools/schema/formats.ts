import type { Ajv } from 'ajv';
import { fastFormats } from 'ajv-formats/dist/formats.js';

/** A text that is longer than this has none of the formats. Bounds what their expressions can take. */
const LONGEST = 4096;

/** Adds the formats of JSON Schema, those of Ajv's own collection that are checked fast. */
export function addFormats(ajv: Ajv): void {
  for (const [name, format] of Object.entries(fastFormats)) {
    if (format instanceof RegExp) ajv.addFormat(name, (text: string) => text.length <= LONGEST && format.test(text));
    else ajv.addFormat(name, format);
  }
}
