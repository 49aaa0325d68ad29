/** Checks of values against JSON Schemas, by Ajv. Loaded when the first one is needed. */
import { Ajv, type AnySchemaObject, type ErrorObject, type Options } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, messageOf } from '../../errors/describe.js';
import { StintError } from '../../errors/stint-error.js';
import { childPath } from '../../values/path.js';
import type { JsonSchema } from '../tool.js';
import { addFormats } from './formats.js';
import { linearRegExp } from './linear-regexp.js';
import { boundedMatching, MOST_MATCHED, TooMuchToMatch } from './matching.js';
import { subschemas } from './subschemas.js';
import { uniqueItems } from './unique-items.js';
import type { Check } from './validator.js';

const OPTIONS: Options = {
  // Users' schemas: what Ajv does not know (`title` of a form, a format of their own) is no reason to refuse them.
  strict: false,
  // One problem is enough to refuse a value, and cheap also for a hostile one.
  allErrors: false,
  useDefaults: true,
  // `constructor` is not there because every object inherits one.
  ownProperties: true,
  verbose: true,
  validateFormats: true,
  logger: false,
  // 19.99 is a multiple of 0.01, though not to the last bit.
  multipleOfPrecision: 9,
  code: { regExp: linearRegExp },
};

const compilers = new Map<string, Ajv>();

/** @throws StintError `INVALID_ARGUMENT` if it is no schema, or one with a pattern that could take for ever */
export function compileJsonSchema(schema: JsonSchema): Check {
  const validate = (() => {
    try {
      const copy = structuredClone(schema) as AnySchemaObject;
      // To Ajv it is a keyword, by which a check gives a promise: as an answer that would be yes.
      for (const [one] of subschemas(copy, 'schema')) delete one['$async'];
      const compiler = compilerFor(copy);
      const compiled = compiler.compile(copy);
      // It keeps what it has compiled, for as long as it lives.
      compiler.removeSchema(copy);
      return compiled;
    } catch (error) {
      throw new StintError(
        'INVALID_ARGUMENT',
        `the JSON Schema ${describe(schema)} cannot be used: ${messageOf(error)}`,
        {
          cause: error,
        },
      );
    }
  })();
  return (value, name) => {
    // Defaults at the top have no holder to be put in.
    const holder = { value };
    try {
      if (boundedMatching(() => validate(holder.value))) return holder;
    } catch (error) {
      if (!(error instanceof TooMuchToMatch)) throw error;
      return {
        problem: `${name} has more than ${MOST_MATCHED} characters for the patterns and formats of the schema; send less`,
      };
    }
    return { problem: problemOf(validate.errors?.[0], name, value) };
  };
}

function compilerFor(schema: JsonSchema): Ajv {
  const { $schema } = schema;
  const isDraft7 = typeof $schema === 'string' && $schema.includes('draft-07');
  const key = isDraft7 ? 'draft-07' : '2020-12';
  // Names that two tools give to their schemas must not meet in one compiler.
  const isNamed = /"\$(?:id|anchor|dynamicAnchor)"/.test(JSON.stringify(schema));
  const known = isNamed ? undefined : compilers.get(key);
  if (known !== undefined) return known;
  const made: Ajv = isDraft7 ? new Ajv(OPTIONS) : (new Ajv2020(OPTIONS) as unknown as Ajv);
  addFormats(made);
  made.removeKeyword('uniqueItems').addKeyword(uniqueItems);
  if (!isNamed) compilers.set(key, made);
  return made;
}

/** What is wrong, and where, in one line. */
function problemOf(error: ErrorObject | undefined, name: string, root: unknown): string {
  if (error === undefined) return `${name} is not what the schema says`;
  const at = locate(error.instancePath, name, root);
  const { params, keyword, data } = error;
  switch (keyword) {
    case 'required':
      return `${childPath(at, String(params['missingProperty']))} is missing`;
    case 'additionalProperties':
    case 'unevaluatedProperties': {
      const key = String(params['additionalProperty'] ?? params['unevaluatedProperty']);
      return `${childPath(at, key)} is not known${knownKeys(error)}`;
    }
    case 'enum':
      return `${at} is ${describe(data)}; it must be one of ${(params['allowedValues'] as unknown[]).map(describe).join(', ')}`;
    case 'const':
      return `${at} is ${describe(data)}; it must be ${describe(params['allowedValue'])}`;
    default:
      return `${at} is ${describe(data)}; it ${error.message ?? `does not fit '${keyword}'`}`;
  }
}

function knownKeys({ parentSchema }: ErrorObject): string {
  const keys = Object.keys((parentSchema?.['properties'] as object | undefined) ?? {});
  return keys.length === 0 ? '' : `; known are ${keys.join(', ')}`;
}

/** From a JSON Pointer to a path. */
function locate(pointer: string, name: string, root: unknown): string {
  let at = name;
  let holder = root;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    at = childPath(at, Array.isArray(holder) ? Number(key) : key);
    holder = typeof holder === 'object' && holder !== null ? Reflect.get(holder, key) : undefined;
  }
  return at;
}
