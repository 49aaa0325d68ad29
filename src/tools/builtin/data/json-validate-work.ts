import { Ajv, type AnySchemaObject } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import { subschemas } from '../../schema/subschemas.js';
import { reading } from '../refusal.js';

const MOST_PROBLEMS = 100;

export function validate({ data, schema }: { data: unknown; schema: Readonly<Record<string, unknown>> }) {
  const isDraft7 = String(schema['$schema']).includes('draft-07');
  // A compiler for each call: it would keep the schemas that it has seen.
  const options = {
    strict: false,
    allErrors: true,
    logger: false,
    multipleOfPrecision: 9,
    formats: fullFormats,
  } as const;
  const ajv: Ajv = isDraft7 ? new Ajv(options) : (new Ajv2020(options) as unknown as Ajv);
  const fits = reading('schema', () => ajv.compile(prepared(schema)));
  const valid = reading('schema', () => finite(() => fits(data) === true));
  const problems = (fits.errors ?? []).slice(0, MOST_PROBLEMS);
  return {
    valid,
    problems: problems.map(({ instancePath, message = '' }) => ({ path: instancePath, problem: message })),
  };
}

/** A schema that refers to itself and to nothing below it is followed until the stack is full. */
function finite(check: () => boolean): boolean {
  try {
    return check();
  } catch (error) {
    if (error instanceof RangeError) throw new Error('its references come to no end with this data', { cause: error });
    throw error;
  }
}

/** Without what Ajv takes for a keyword and JSON Schema does not. @throws Error for a pattern that is none, also where it is not used */
function prepared(schema: object): AnySchemaObject {
  const copy = structuredClone(schema);
  for (const [one] of subschemas(copy, 'schema')) {
    delete one['nullable'];
    delete one['$async'];
    const { pattern, patternProperties = {} } = one as { pattern?: unknown; patternProperties?: object };
    for (const each of [pattern, ...Object.keys(patternProperties)]) {
      if (typeof each === 'string') new RegExp(each, 'u');
    }
  }
  return copy;
}
