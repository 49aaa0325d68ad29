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
  if (delimiter !== undefined && papa.BAD_DELIMITERS.includes(delimiter)) {
    throw wrongInput('delimiter', 'a quote or a line break can be none');
  }
  const { data, errors } = linesOf(text.replace(/^\uFEFF/, ''), delimiter, limit + (header ? 2 : 1), header);
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

/** Empty lines are left out, but where there is one column only: there they are values. */
function linesOf(text: string, delimiter: string | undefined, preview: number, header: boolean) {
  const options = { ...(delimiter === undefined ? {} : { delimiter }), dynamicTyping: false, preview } as const;
  const filled = papa.parse<unknown[]>(text, { ...options, skipEmptyLines: true });
  if (filled.data.length === 0 || filled.data.some(({ length }) => length > 1)) return filled;
  // Those before the names of the columns are none.
  const begun = header ? text.replace(/^[\r\n]+/, '') : text;
  const { delimiter: found } = filled.meta;
  // One line more: what ends the last one makes an empty one.
  const all = papa.parse<unknown[]>(begun, {
    ...options,
    delimiter: found,
    preview: preview + 1,
    skipEmptyLines: false,
  });
  const isEnd = /[\r\n]$/.test(begun) && all.data.at(-1)?.join('') === '';
  return { data: all.data.slice(0, Math.min(preview, isEnd ? all.data.length - 1 : preview)), errors: all.errors };
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
  const written = (some: readonly unknown[][]) =>
    papa.unparse([...some], { delimiter, newline, escapeFormulae: !formulas });
  // An empty line would be none.
  const text = lines.some(isBlank)
    ? lines.map((line) => (isBlank(line) ? '""' : written([line]))).join(newline)
    : written(lines);
  return { text, rows: rows.length };
}

function isBlank(line: readonly unknown[]): boolean {
  return line.length === 1 && (line[0] === '' || line[0] === null || line[0] === undefined);
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
