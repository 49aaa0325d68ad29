import { childPath } from '../../values/path.js';

/** Keywords whose value is a schema, or a list of schemas. */
const SCHEMAS = new Set([
  'items',
  'prefixItems',
  'additionalItems',
  'contains',
  'unevaluatedItems',
  'additionalProperties',
  'unevaluatedProperties',
  'propertyNames',
  'contentSchema',
  'allOf',
  'anyOf',
  'oneOf',
  'not',
  'if',
  'then',
  'else',
]);

/** Keywords whose value has schemas by names of the user's. */
const NAMED = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas', 'dependencies']);

/** The places in a JSON Schema that are schemas with keywords, itself first, each with its path from `name` on; each object once. */
export function* subschemas(schema: object, name: string): Generator<[schema: Record<string, unknown>, path: string]> {
  const seen = new Set<object>();
  const left: [value: unknown, path: string][] = [[schema, name]];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const [value, path] = next;
    if (typeof value !== 'object' || value === null || Array.isArray(value) || seen.has(value)) continue;
    seen.add(value);
    yield [value as Record<string, unknown>, path];
    for (const key of Object.keys(value)) {
      if (!NAMED.has(key) && !SCHEMAS.has(key)) continue;
      const inner: unknown = Reflect.get(value, key);
      const at = childPath(path, key);
      if (NAMED.has(key) || Array.isArray(inner)) left.push(...entries(inner, at));
      else left.push([inner, at]);
    }
  }
}

function entries(holder: unknown, path: string): [unknown, string][] {
  if (typeof holder !== 'object' || holder === null) return [];
  return Object.entries(holder).map(([key, value]) => [
    value,
    childPath(path, Array.isArray(holder) ? Number(key) : key),
  ]);
}
