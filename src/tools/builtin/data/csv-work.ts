import papa from 'papaparse';
import { wrongInput } from '../refusal.js';

const MOST_PROBLEMS = 100;

interface Reading {
  readonly text: string;
  readonly header: boolean;
  readonly delimiter?: string;
  readonly numbers: boolean;
  readonly limit: number;
}

export function parse({ text, header, delimiter, numbers, limit }: Reading) {
  // Lists, not Papa's own records: those would take a column `__proto__` for the prototype.
  const { data, errors } = papa.parse<unknown[]>(text.replace(/^\uFEFF/, ''), {
    ...(delimiter === undefined ? {} : { delimiter }),
    dynamicTyping: false,
    skipEmptyLines: true,
    preview: limit + (header ? 2 : 1),
  });
  const names = header ? unique((data.shift() ?? []).map(String)) : [];
  const rows = data.slice(0, limit).map((values) => {
    const read = numbers ? values.map(typed) : values;
    if (!header) return read;
    return Object.fromEntries(names.map((name, index) => [name, read[index] ?? null]));
  });
  const problems = errors
    .filter(({ type }) => type !== 'Delimiter')
    .map(({ row, message }) => `row ${(row ?? 0) + 1}: ${message}`);
  data.slice(0, limit).forEach((values, index) => {
    if (header && values.length !== names.length && problems.length < MOST_PROBLEMS) {
      problems.push(`row ${index + 2}: it has ${values.length} values, the header ${names.length}`);
    }
  });
  return { columns: names, rows, truncated: data.length > limit, problems: problems.slice(0, MOST_PROBLEMS) };
}

interface Writing {
  readonly rows: readonly unknown[];
  readonly columns?: readonly string[];
  readonly delimiter: string;
  readonly newline: string;
  readonly header: boolean;
  readonly formulas: boolean;
}

export function write({ rows, columns, delimiter, newline, header, formulas }: Writing) {
  const lists = rows.every(Array.isArray);
  if (!lists && rows.some((row) => typeof row !== 'object' || row === null || Array.isArray(row))) {
    throw wrongInput('rows', 'its rows must be all records or all lists');
  }
  const fields = columns ?? (lists ? [] : [...new Set(rows.flatMap((row) => Object.keys(row as object)))]);
  const data = rows.map((row) =>
    (lists ? (row as unknown[]) : fields.map((name) => own(row as object, name))).map((value) => cell(value)),
  );
  const lines = header && fields.length > 0 ? [[...fields], ...data] : data;
  const text = papa.unparse(lines, { delimiter, newline, escapeFormulae: !formulas });
  return { text, rows: rows.length };
}

function own(row: object, name: string): unknown {
  return Object.hasOwn(row, name) ? Reflect.get(row, name) : undefined;
}

function cell(value: unknown): unknown {
  return typeof value === 'object' && value !== null && !(value instanceof Date) ? JSON.stringify(value) : value;
}

/** `a`, `a` becomes `a`, `a_2`. */
function unique(names: string[]): string[] {
  const seen = new Set<string>();
  return names.map((name, index) => {
    const plain = name === '' ? `column_${index + 1}` : name;
    let made = plain;
    for (let number = 2; seen.has(made); number += 1) made = `${plain}_${number}`;
    seen.add(made);
    return made;
  });
}

/** Numbers as JSON writes them, so that 007 and telephone numbers stay text. */
function typed(value: unknown): unknown {
  if (value === 'true' || value === 'false') return value === 'true';
  if (typeof value !== 'string' || !/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(value)) return value;
  const number = Number(value);
  return Number.isFinite(number) && (Number.isSafeInteger(number) || /[.eE]/.test(value)) ? number : value;
}
