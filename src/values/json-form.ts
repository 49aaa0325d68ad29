import { StintError } from '../errors/stint-error.js';
import { MAX_DEPTH, type Value } from './value.js';

/**
 * What JSON has no form for, as an object with one of these keys: `{"$bigint": "123"}`, `{"$bytes": "base64"}`,
 * `{"$date": "ISO 8601"}`, `{"$number": "NaN"}`. An object that looks like one of them is wrapped: `{"$plain": {...}}`.
 */
const KEYS: ReadonlySet<string> = new Set(['$bigint', '$bytes', '$date', '$number', '$plain']);

const NUMBERS: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
  '-0': -0,
};

/** A value in the form in which JSON can hold it. Parts that need no other form are not copied. */
export function toJsonForm(value: unknown): unknown {
  switch (typeof value) {
    case 'bigint':
      return { $bigint: String(value) };
    case 'number':
      if (Number.isFinite(value) && !Object.is(value, -0)) return value;
      return { $number: Object.is(value, -0) ? '-0' : String(value) };
    case 'object':
      return value === null ? null : objectToForm(value);
    default:
      return value;
  }
}

function objectToForm(value: object): unknown {
  if (Array.isArray(value)) return mapItems(value, toJsonForm);
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') };
  if (value instanceof Date) return { $date: Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString() };
  const form = mapEntries(value, toJsonForm);
  return formKey(value) === undefined ? form : { $plain: form };
}

/**
 * The value that {@link toJsonForm} made a form of.
 *
 * @throws StintError `PROTOCOL` for a form that is none, and for one nested deeper than {@link MAX_DEPTH} levels
 */
export function fromJsonForm(form: unknown, depth = 0): Value {
  if (typeof form !== 'object' || form === null) return form as Value;
  if (depth >= MAX_DEPTH + SLACK)
    throw new StintError('PROTOCOL', `a message is nested deeper than ${MAX_DEPTH} levels`);
  const inner = (item: unknown): Value => fromJsonForm(item, depth + 1);
  if (Array.isArray(form)) return mapItems(form, inner) as Value[];
  const key = formKey(form);
  if (key === undefined) return mapEntries(form, inner) as Value;
  const held = Reflect.get(form, key) as unknown;
  if (key === '$plain' && typeof held === 'object' && held !== null) return mapEntries(held, inner) as Value;
  const value = typeof held === 'string' ? readForm(key, held) : undefined;
  if (value === undefined) throw new StintError('PROTOCOL', `${JSON.stringify(form).slice(0, 60)} is no ${key}`);
  return value;
}

/** What a message adds around a value. */
const SLACK = 8;

function readForm(key: string, text: string): Value {
  switch (key) {
    case '$bigint':
      return /^-?\d{1,1000}$/.test(text) ? BigInt(text) : undefined;
    case '$bytes':
      return /^[A-Za-z0-9+/]*={0,2}$/.test(text) ? Uint8Array.from(Buffer.from(text, 'base64')) : undefined;
    case '$date': {
      const date = new Date(text);
      return text === 'Invalid Date' || !Number.isNaN(date.getTime()) ? date : undefined;
    }
    default:
      return NUMBERS[text];
  }
}

/** The key of an object that is, or looks like, a form. */
function formKey(value: object): string | undefined {
  let only: string | undefined;
  for (const key in value) {
    if (only !== undefined || !KEYS.has(key)) return undefined;
    only = key;
  }
  return only;
}

function mapItems(items: readonly unknown[], map: (item: unknown) => unknown): readonly unknown[] {
  let mapped: unknown[] | undefined;
  for (let i = 0; i < items.length; i += 1) {
    const item = items[i];
    const other = map(item);
    if (other !== item && mapped === undefined) mapped = [...items];
    if (mapped !== undefined) mapped[i] = other;
  }
  return mapped ?? items;
}

function mapEntries(value: object, map: (item: unknown) => unknown): object {
  let mapped: [string, unknown][] | undefined;
  const entries = Object.entries(value);
  for (let i = 0; i < entries.length; i += 1) {
    const [key, item] = entries[i] as [string, unknown];
    const other = map(item);
    if (other !== item && mapped === undefined) mapped = [...entries];
    if (mapped !== undefined) mapped[i] = [key, other];
  }
  return mapped === undefined ? value : Object.fromEntries(mapped);
}
