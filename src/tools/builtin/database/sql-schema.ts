import { anything, boolean, either, integer, list, nullable, number, object, text, withDefault } from '../schema.js';

const cell = anything('null, a number, a text; bytes as { "base64": … }, and integers beyond 2^53 as text.');

export const sqlText = (description: string) => text(description, { min: 1, max: 100_000 });

export const parameters = withDefault(
  [],
  list(
    nullable(either(text('A text.'), either(number('A number.'), boolean('Yes or no.')))),
    'The values of the placeholders, in order.',
    { max: 1000 },
  ),
);

export const withLimit = { limit: withDefault(1000, integer('Rows at most.', { min: 1, max: 10_000 })) };

export const rowsOutput = object(
  {
    columns: list(text('A name.'), 'The columns.'),
    rows: list(list(cell, 'The values in the order of the columns.'), 'The rows.'),
    truncated: boolean('Whether limit left rows out.'),
  },
  { changes: integer('Rows that were inserted, updated or deleted.', { min: 0, max: Number.MAX_SAFE_INTEGER }) },
);

/** A value of a database as JSON can say it. */
export function jsonCell(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : `${value}`;
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString('base64') };
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (typeof value === 'number') return Number.isFinite(value) ? value : `${value}`;
  return value === undefined ? null : value;
}
