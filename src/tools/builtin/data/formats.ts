/** What `convert` can read and write. */
export const SOURCES = ['json', 'ndjson', 'yaml', 'toml', 'csv', 'xml', 'markdown', 'html'] as const;
export const TARGETS = ['json', 'ndjson', 'yaml', 'toml', 'csv', 'html', 'text'] as const;

export type SourceFormat = (typeof SOURCES)[number];
export type TargetFormat = (typeof TARGETS)[number];

const ENDINGS: Readonly<Record<string, SourceFormat | TargetFormat>> = {
  json: 'json',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  yaml: 'yaml',
  yml: 'yaml',
  toml: 'toml',
  csv: 'csv',
  xml: 'xml',
  svg: 'xml',
  md: 'markdown',
  markdown: 'markdown',
  html: 'html',
  htm: 'html',
  txt: 'text',
};

/** The format that the ending of a file's name stands for. */
export function formatOf(path: string): SourceFormat | TargetFormat | undefined {
  const ending = /\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(ENDINGS, ending) ? ENDINGS[ending] : undefined;
}
