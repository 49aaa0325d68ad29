import type { FuncKeywordDefinition } from 'ajv';
import type { Value } from '../../values/value.js';

/** `uniqueItems` in one pass: Ajv's own compares each item with each other, which a long list from outside makes last. */
export const uniqueItems: FuncKeywordDefinition = {
  keyword: 'uniqueItems',
  type: 'array',
  schemaType: 'boolean',
  error: { message: 'must have no item twice' },
  validate: (wanted: boolean, items: Value[]) => {
    if (!wanted) return true;
    const seen = new Set<string>();
    for (const item of items) {
      const text = canonical(item);
      if (seen.has(text)) return false;
      seen.add(text);
    }
    return true;
  },
};

/** The same text for values that are equal to JSON Schema: the order of keys does not count. */
function canonical(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null)
    return typeof value === 'bigint' ? `${value}n` : (JSON.stringify(value) ?? '');
  if (value instanceof Uint8Array) return `<${Buffer.from(value).toString('hex')}>`;
  if (value instanceof Date) return `@${value.getTime()}`;
  const pairs = Object.keys(value).sort();
  return `{${pairs.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`;
}
