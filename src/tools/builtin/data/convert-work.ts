import { parseDocument } from 'htmlparser2';
import { marked } from 'marked';
import * as toml from 'smol-toml';
import * as yaml from 'yaml';
import { reading, wrongInput } from '../refusal.js';
import { parse as parseCsv, write as writeCsv } from './csv-work.js';
import { finiteOnly, jsonValue, readJson } from './exact-numbers.js';
import type { SourceFormat, TargetFormat } from './formats.js';
import { htmlText } from './html-text.js';
import { readXml } from './xml.js';

const MOST_ROWS = 100_000;

interface Conversion {
  readonly text: string;
  readonly from: SourceFormat;
  readonly to: TargetFormat;
}

export function convertText({ text, from, to }: Conversion) {
  if (from === 'markdown' || from === 'html') return { text: fromMarkup(text, from, to) };
  if (to === 'html' || to === 'text')
    throw wrongInput('to', `there is no way from ${from} to ${to}, only from markdown and html`);
  const value = reading('text', () => readers[from](text));
  return { text: reading('to', () => writers[to](value)) };
}

function fromMarkup(text: string, from: 'markdown' | 'html', to: TargetFormat): string {
  const html = from === 'html' ? text : marked.parse(text, { async: false });
  if (to === 'html') return html;
  if (to === 'text') return htmlText(parseDocument(html).childNodes);
  throw wrongInput('to', `${from} can become html or text, not ${to}`);
}

const readers: Readonly<Record<Exclude<SourceFormat, 'markdown' | 'html'>, (text: string) => unknown>> = {
  json: readJson,
  ndjson: (text) =>
    text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map(readJson),
  yaml: (text) => {
    const documents = yaml.parseAllDocuments(text, { schema: 'core', logLevel: 'error', intAsBigInt: true });
    const values = [...documents].map((document) => {
      if (document.errors[0] !== undefined) throw document.errors[0];
      return jsonValue(document.toJS({ maxAliasCount: 100 }));
    });
    return values.length < 2 ? (values[0] ?? null) : values;
  },
  toml: (text) => toml.parse(text),
  csv: (text) => {
    const { rows, truncated, problems } = parseCsv({ text, header: true, numbers: true, limit: MOST_ROWS });
    if (truncated) throw new Error(`it has more than ${MOST_ROWS} rows`);
    if (problems[0] !== undefined) throw new Error(problems[0]);
    return rows;
  },
  xml: readXml,
};

const writers: Readonly<Record<Exclude<TargetFormat, 'html' | 'text'>, (value: unknown) => string>> = {
  json: (value) => JSON.stringify(value, finiteOnly, 2),
  ndjson: (value) =>
    (Array.isArray(value) ? value : [value]).map((item) => `${JSON.stringify(item, finiteOnly)}\n`).join(''),
  yaml: (value) => yaml.stringify(value, { lineWidth: 0, compat: 'yaml-1.1' }),
  toml: (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new Error('TOML begins with a table: convert an object');
    return toml.stringify(withoutNull(value, '') as object);
  },
  csv: (value) => {
    const rows = Array.isArray(value) ? value : [value];
    return writeCsv({ rows, delimiter: ',', newline: '\n', header: true, formulas: true }).text;
  },
};

/** Lists of TOML have no null; a key whose value is null is left out. @throws Error for a list with one */
function withoutNull(value: unknown, path: string): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  const at = (key: string | number) => (path === '' ? `${key}` : `${path}.${key}`);
  if (Array.isArray(value)) {
    return value.map((item, index) => {
      if (item === null) throw new Error(`TOML has no null, and ${at(index)} is one`);
      return withoutNull(item, at(index));
    });
  }
  const entries = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutNull(item, at(key))]));
}
