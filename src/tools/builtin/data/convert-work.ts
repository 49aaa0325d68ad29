import { type Element, isCDATA, isTag, isText } from 'domhandler';
import { textContent } from 'domutils';
import { parseDocument } from 'htmlparser2';
import { marked } from 'marked';
import * as toml from 'smol-toml';
import * as yaml from 'yaml';
import { reading, wrongInput } from '../refusal.js';
import { parse as parseCsv, write as writeCsv } from './csv-work.js';
import type { SourceFormat, TargetFormat } from './formats.js';
import { htmlText } from './html-text.js';

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
  json: (text) => JSON.parse(text),
  ndjson: (text) =>
    text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => JSON.parse(line)),
  yaml: (text) => {
    const documents = yaml.parseAllDocuments(text, { schema: 'core', logLevel: 'error' });
    const values = [...documents].map((document) => {
      if (document.errors[0] !== undefined) throw document.errors[0];
      return document.toJS({ maxAliasCount: 100 });
    });
    return values.length === 1 ? values[0] : values;
  },
  toml: (text) => toml.parse(text),
  csv: (text) => {
    const { rows, truncated, problems } = parseCsv({ text, header: true, numbers: true, limit: MOST_ROWS });
    if (truncated) throw new Error(`it has more than ${MOST_ROWS} rows`);
    if (problems[0] !== undefined) throw new Error(problems[0]);
    return rows;
  },
  xml: (text) => {
    const root = parseDocument(text, { xmlMode: true }).childNodes.find(isTag);
    if (root === undefined) throw new Error('it has no element');
    return element(root);
  },
};

const writers: Readonly<Record<Exclude<TargetFormat, 'html' | 'text'>, (value: unknown) => string>> = {
  json: (value) => JSON.stringify(value, null, 2),
  ndjson: (value) => (Array.isArray(value) ? value : [value]).map((item) => `${JSON.stringify(item)}\n`).join(''),
  yaml: (value) => yaml.stringify(value, { lineWidth: 0 }),
  toml: (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new Error('TOML begins with a table: convert an object');
    return toml.stringify(value);
  },
  csv: (value) => {
    const rows = Array.isArray(value) ? value : [value];
    return writeCsv({ rows, delimiter: ',', newline: '\n', header: true, formulas: true }).text;
  },
};

/** An element of XML, with all that is in it in its order; white space between elements is left out. */
function element(node: Element): unknown {
  const children = node.children.flatMap((child) => {
    if (isTag(child)) return [element(child)];
    if (isCDATA(child)) return [textContent(child)];
    return isText(child) && child.data.trim() !== '' ? [child.data.trim()] : [];
  });
  return { name: node.name, attributes: { ...node.attribs }, children };
}
