import type { CitedSource } from './citation-styles.js';

const BIBTEX_TYPES = {
  article: 'article',
  book: 'book',
  chapter: 'incollection',
  thesis: 'phdthesis',
  report: 'techreport',
  website: 'misc',
};
const RIS_TYPES = { article: 'JOUR', book: 'BOOK', chapter: 'CHAP', thesis: 'THES', report: 'RPRT', website: 'ELEC' };
const CONTAINERS: Partial<Record<CitedSource['type'], string>> = { article: 'journal', website: 'howpublished' };
const PUBLISHERS: Partial<Record<CitedSource['type'], string>> = { thesis: 'school', report: 'institution' };
const FILLERS = new Set(['a', 'an', 'the', 'on', 'of', 'in', 'to', 'and', 'for']);

/** What TeX would take for a command. */
const TEX: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
};

export function bibtex(source: CitedSource) {
  const { type, title, authors, year, container, publisher, volume, issue, pages, doi, url, accessed } = source;
  const key = citationKey(source);
  const fields: [name: string, value: string | undefined][] = [
    [
      'author',
      authors
        ?.map(({ family, given }) => (given === undefined ? `{${tex(family)}}` : `${tex(family)}, ${tex(given)}`))
        .join(' and '),
    ],
    ['title', tex(title)],
    [CONTAINERS[type] ?? 'booktitle', container && tex(container)],
    ['year', year?.toString()],
    ['volume', volume && tex(volume)],
    ['number', issue && tex(issue)],
    ['pages', pages && tex(pages.replace(/\s*-+\s*/g, '--'))],
    [PUBLISHERS[type] ?? 'publisher', publisher && tex(publisher)],
    ['doi', doi],
    ['url', url],
    ['urldate', accessed],
  ];
  const lines = fields
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `  ${name} = {${value}}`);
  return { citation: `@${BIBTEX_TYPES[type]}{${key},\n${lines.join(',\n')}\n}`, inText: key };
}

export function ris(source: CitedSource) {
  const { type, title, authors = [], year, container, publisher, volume, issue, pages, doi, url, accessed } = source;
  const [from, to] = pages?.split(/\s*[-–]+\s*/) ?? [];
  const key = citationKey(source);
  const fields: [tag: string, value: string | undefined][] = [
    ['TY', RIS_TYPES[type]],
    ['ID', key],
    ...authors.map(({ family, given }): [string, string] => [
      'AU',
      given === undefined ? family : `${family}, ${given}`,
    ]),
    ['TI', title],
    ['T2', container],
    ['PY', year?.toString()],
    ['VL', volume],
    ['IS', issue],
    ['SP', from],
    ['EP', to],
    ['PB', publisher],
    ['DO', doi],
    ['UR', url],
    ['Y2', accessed?.replaceAll('-', '/')],
  ];
  const lines = fields
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([tag, value]) => `${tag}  - ${oneLine(value as string)}`);
  return { citation: [...lines, 'ER  - '].join('\n'), inText: key };
}

/** `knuth1968art`: the first author, the year, the first word of the title that says something. */
function citationKey({ authors = [], year, title }: CitedSource): string {
  const word = title.split(/\s+/).find((candidate) => !FILLERS.has(candidate.toLowerCase())) ?? title;
  return `${ascii(authors[0]?.family ?? 'anonymous')}${year ?? ''}${ascii(word)}`;
}

function ascii(text: string): string {
  return text
    .normalize('NFD')
    .replace(/[^A-Za-z0-9]/g, '')
    .toLowerCase();
}

function tex(text: string): string {
  return oneLine(text).replace(/[\\~^]|[&%$#_{}]/g, (sign) => TEX[sign] ?? `\\${sign}`);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}
