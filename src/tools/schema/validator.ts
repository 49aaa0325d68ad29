import type { StandardSchemaV1 } from '@standard-schema/spec';
import { describe } from '../../errors/describe.js';
import { StintError } from '../../errors/stint-error.js';
import { isThenable } from '../../values/thenable.js';
import type { Value } from '../../values/value.js';
import type { JsonSchema, ToolSchema } from '../tool.js';
import { pathText } from './measure.js';

/** What came of a check: the value, with what the schema put into it, or what is wrong with it. */
export type Checked = { readonly value: unknown } | { readonly problem: string };

/** Checks a value that is the checker's to change. `name` is what it is called in messages. */
export type Check = (value: Value, name: string) => Checked | Promise<Checked>;

/** The checks of schemas: compiled on the first use, for most tools of a program are never called. */
const checks = new WeakMap<ToolSchema, Check>();
/** Those that are being compiled: many first calls may come at once. */
const preparing = new WeakMap<ToolSchema, Promise<Check>>();

/**
 * Checks a value against a schema. A promise on a JSON Schema's first use, and where a Standard Schema answers later.
 *
 * @throws StintError (or rejects with it) `INVALID_ARGUMENT` if the schema itself is none
 */
export function check(schema: ToolSchema, value: Value, name: string): Checked | Promise<Checked> {
  const known = checks.get(schema);
  if (known !== undefined) return known(value, name);
  if (isStandardSchema(schema)) {
    checks.set(schema, standardCheck(schema));
    return check(schema, value, name);
  }
  return prepare(schema).then((prepared) => prepared(value, name));
}

function prepare(schema: JsonSchema): Promise<Check> {
  const known = preparing.get(schema);
  if (known !== undefined) return known;
  const prepared = import('./json-schema.js').then(({ compileJsonSchema }) => {
    const compiled = compileJsonSchema(schema);
    checks.set(schema, compiled);
    return compiled;
  });
  preparing.set(schema, prepared);
  return prepared;
}

export function isStandardSchema(schema: object): schema is StandardSchemaV1 {
  const standard: unknown = Reflect.get(schema, '~standard');
  return typeof standard === 'object' && standard !== null && typeof Reflect.get(standard, 'validate') === 'function';
}

/** The JSON Schema of a tool's input or output, for those who have to be told: that of a Standard Schema if it knows its own. */
export function jsonSchemaOf(schema: ToolSchema, side: 'input' | 'output'): JsonSchema {
  if (!isStandardSchema(schema)) return schema;
  const { jsonSchema } = schema['~standard'] as {
    jsonSchema?: Record<typeof side, (options: { target: string }) => JsonSchema>;
  };
  if (typeof jsonSchema?.[side] !== 'function') return {};
  try {
    return jsonSchema[side]({ target: 'draft-2020-12' });
  } catch {
    // How a library says that there is no JSON Schema for it (https://standardschema.dev/json-schema): any value fits then, as far as can be told.
    return {};
  }
}

function standardCheck(schema: StandardSchemaV1): Check {
  return (value, name) => {
    const result: unknown = schema['~standard'].validate(value);
    return isThenable(result) ? Promise.resolve(result).then((done) => read(done, name)) : read(result, name);
  };
}

function isResult(value: unknown): value is StandardSchemaV1.Result<unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const { issues } = value as { issues?: unknown };
  return issues === undefined ? 'value' in value : Array.isArray(issues);
}

function read(result: unknown, name: string): Checked {
  // What is no answer is no consent either.
  if (!isResult(result)) {
    throw new StintError('INVALID_ARGUMENT', `the schema answers ${describe(result)}; it must give value or issues`);
  }
  if (result.issues === undefined) return { value: result.value };
  const [issue] = result.issues;
  const path = (issue?.path ?? []).map((part) => (typeof part === 'object' ? part.key : part));
  const at = pathText(
    name,
    path.map((key) => (typeof key === 'number' ? key : String(key))),
  );
  return { problem: `${at}: ${issue?.message ?? describe(result.issues)}` };
}
