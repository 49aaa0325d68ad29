// Checks a shop's orders against a schema and lists every fault with the path to it.
// Shows: a small validator for the most used part of JSON Schema, narrowing of `unknown`, generators
// that call each other.

const [ordersJson = '', schemaJson = ''] = args;

interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'integer';
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  /** Others than these are not allowed. */
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

interface Fault {
  readonly path: string;
  readonly message: string;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value;
}

function hasType(value: unknown, type: Schema['type']): boolean {
  if (type === undefined) return true;
  return type === 'integer' ? Number.isInteger(value) : typeOf(value) === type;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeOf(value) === 'object';
}

/** All faults of a value, the outer ones first. A value of the wrong type is not looked at any closer. */
function* validate(value: unknown, schema: Schema, path: string): Generator<Fault> {
  const shown = JSON.stringify(value);
  if (!hasType(value, schema.type)) {
    yield { path, message: `${shown} is no ${schema.type}` };
    return;
  }
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    yield { path, message: `${shown} is none of ${schema.enum.join(', ')}` };
  }
  if (typeof value === 'string') yield* validateString(value, schema, path);
  if (typeof value === 'number') yield* validateNumber(value, schema, path);
  if (Array.isArray(value)) yield* validateArray(value, schema, path);
  else if (isRecord(value)) yield* validateRecord(value, schema, path);
}

function* validateString(value: string, schema: Schema, path: string): Generator<Fault> {
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern } = schema;
  if (value.length < minLength) yield { path, message: `shorter than ${minLength}` };
  if (value.length > maxLength) yield { path, message: `longer than ${maxLength}` };
  if (pattern !== undefined && !new RegExp(pattern).test(value)) {
    yield { path, message: `"${value}" does not look right` };
  }
}

function* validateNumber(value: number, schema: Schema, path: string): Generator<Fault> {
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = schema;
  if (value < minimum) yield { path, message: `${value} is less than ${minimum}` };
  if (value > maximum) yield { path, message: `${value} is more than ${maximum}` };
}

function* validateArray(value: readonly unknown[], schema: Schema, path: string): Generator<Fault> {
  const { minItems = 0, items = {} } = schema;
  if (value.length < minItems) yield { path, message: `has ${value.length} items, needs ${minItems}` };
  for (const [i, item] of value.entries()) yield* validate(item, items, `${path}[${i}]`);
}

function* validateRecord(value: Record<string, unknown>, schema: Schema, path: string): Generator<Fault> {
  const { required = [], properties } = schema;
  for (const key of required) {
    if (!Object.hasOwn(value, key)) yield { path: `${path}.${key}`, message: 'is missing' };
  }
  for (const [key, property] of Object.entries(value)) {
    const known = properties?.[key];
    if (known !== undefined) yield* validate(property, known, `${path}.${key}`);
    else if (properties !== undefined) yield { path: `${path}.${key}`, message: 'is not expected here' };
  }
}

const schema = JSON.parse(schemaJson) as Schema;
const orders: unknown = JSON.parse(ordersJson);
if (!Array.isArray(orders)) throw new Error('the orders are no list');

// A validator that accepts everything would find nothing either: it must refuse what is plainly wrong.
for (const wrong of [null, [], {}, { id: 1 }, 'order']) {
  if (validate(wrong, schema, 'probe').next().done) throw new Error(`${JSON.stringify(wrong)} passed as an order`);
}

const faults = [...validate(orders, { type: 'array', items: schema }, 'orders')];
const faultyOrders = new Set(faults.map(({ path }) => path.match(/^orders\[\d+\]/)?.[0]));

console.log(
  `${orders.length} orders, ${orders.length - faultyOrders.size} without fault, ${faults.length} faults in the others:`,
);
for (const { path, message } of faults) console.log(`  ${path.padEnd(30)} ${message}`);

export default { orders: orders.length, faultyOrders: faultyOrders.size, faults: faults.map(({ path }) => path) };
