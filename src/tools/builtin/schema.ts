import type { JsonSchema } from '../tool.js';

declare const type: unique symbol;

/** A JSON Schema that knows the type of what it describes, so that a handler's types come from its schema. */
export type Schema<T> = JsonSchema & { readonly [type]?: T };

/** What a schema describes. */
export type TypeOf<S> = S extends { readonly [type]?: infer T } ? T : never;

/** A schema with a default: the handler always gets a value. */
export type Defaulted<T> = Schema<T> & { readonly default: T };

type Shape = Readonly<Record<string, Schema<unknown>>>;
type Simplify<T> = { [K in keyof T]: T[K] };
type DefaultedKeys<O extends Shape> = {
  [K in keyof O]: O[K] extends { readonly default: unknown } ? K : never;
}[keyof O];
type ObjectOf<R extends Shape, O extends Shape> = Simplify<
  { readonly [K in keyof R]: TypeOf<R[K]> } & { readonly [K in DefaultedKeys<O>]: TypeOf<O[K]> } & {
    readonly [K in Exclude<keyof O, DefaultedKeys<O>>]?: TypeOf<O[K]>;
  }
>;

/** What a text may be at most, in characters, where nothing else is said. */
const LONGEST_TEXT = 1_000_000;
const MOST_ITEMS = 10_000;

export function text(
  description: string,
  bounds: { min?: number; max?: number; pattern?: string } = {},
): Schema<string> {
  const { min = 0, max = LONGEST_TEXT, pattern } = bounds;
  return { type: 'string', description, minLength: min, maxLength: max, ...(pattern === undefined ? {} : { pattern }) };
}

export function number(description: string, bounds: { min?: number; max?: number } = {}): Schema<number> {
  const { min = -Number.MAX_VALUE, max = Number.MAX_VALUE } = bounds;
  return { type: 'number', description, minimum: min, maximum: max };
}

export function integer(description: string, bounds: { min: number; max: number }): Schema<number> {
  return { type: 'integer', description, minimum: bounds.min, maximum: bounds.max };
}

export function boolean(description: string): Schema<boolean> {
  return { type: 'boolean', description };
}

export function oneOf<const E extends string>(values: readonly E[], description: string): Schema<E> {
  return { type: 'string', enum: values, description };
}

export function list<T>(
  items: Schema<T>,
  description: string,
  bounds: { min?: number; max?: number } = {},
): Schema<readonly T[]> {
  const { min = 0, max = MOST_ITEMS } = bounds;
  return { type: 'array', items, description, minItems: min, maxItems: max };
}

/** The value of an optional property that is left out. */
export function withDefault<T>(value: T, schema: Schema<T>): Defaulted<T> {
  return { ...schema, default: value };
}

/** An object with exactly these properties. */
export function object<R extends Shape, O extends Shape = Record<never, never>>(
  required: R,
  optional?: O,
  description?: string,
): Schema<ObjectOf<R, O>> {
  return {
    type: 'object',
    properties: { ...required, ...optional },
    required: Object.keys(required),
    additionalProperties: false,
    ...(description === undefined ? {} : { description }),
  };
}

/** An object with any names. */
export function record<T>(values: Schema<T>, description: string, max = 1000): Schema<Readonly<Record<string, T>>> {
  return { type: 'object', additionalProperties: values, maxProperties: max, description };
}

/** Whatever JSON can say. How large it is, the limits of the call bound. */
export function anything(description: string): Schema<unknown> {
  return { description };
}

export function nullable<T>(schema: Schema<T>): Schema<T | null> {
  return { anyOf: [schema, { type: 'null' }] };
}

export function either<A, B>(first: Schema<A>, second: Schema<B>): Schema<A | B> {
  return { anyOf: [first, second] };
}
