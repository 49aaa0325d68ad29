import { isDay } from '../day.js';
import { wrongInput } from '../refusal.js';
import { bibtex, ris } from './citation-records.js';

export const STYLES = ['apa', 'mla', 'chicago', 'ieee', 'bibtex', 'ris'] as const;

export interface Author {
  readonly family: string;
  readonly given?: string;
}

/** What is cited. */
export interface CitedSource {
  readonly type: 'article' | 'book' | 'chapter' | 'thesis' | 'report' | 'website';
  readonly title: string;
  readonly authors?: readonly Author[];
  readonly year?: number;
  readonly container?: string;
  readonly publisher?: string;
  readonly volume?: string;
  readonly issue?: string;
  readonly pages?: string;
  readonly doi?: string;
  readonly url?: string;
  readonly accessed?: string;
}

interface Citation {
  readonly citation: string;
  readonly inText: string;
}

export function cite(source: CitedSource, style: (typeof STYLES)[number]): Citation {
  if (source.accessed !== undefined && !isDay(source.accessed)) {
    throw wrongInput('accessed', `there is no day '${source.accessed}'; give one as YYYY-MM-DD`);
  }
  return { apa, mla, chicago, ieee, bibtex, ris }[style](source);
}

function apa(source: CitedSource): Citation {
  const { authors = [], title, container, volume, issue } = source;
  const year = source.year ?? 'n.d.';
  // Publication manual of the APA, 7th edition: all names up to 20, else the first 19 and the last.
  const names = authors.map((author) => [author.family, initials(author, ' ')].filter(Boolean).join(', '));
  const shown =
    names.length > 20 ? `${names.slice(0, 19).join(', ')}, . . . ${names.at(-1)}` : series(names, ', ', ', & ');
  const number = [volume, issue === undefined ? '' : `(${issue})`].filter(Boolean).join('');
  const where =
    source.type === 'chapter' && container !== undefined
      ? inBook(container, number, source)
      : list([container, number, range(source)]);
  // A journal is named without its publisher.
  const publisher = source.type === 'article' ? undefined : source.publisher;
  const parts = [shown, `(${year})`, title, where, publisher, link(source)];
  if (shown === '') parts.splice(0, 3, title, `(${year})`);
  const [first, second, third] = authors;
  const short = third
    ? `${first?.family} et al.`
    : second
      ? `${first?.family} & ${second.family}`
      : (first?.family ?? `“${title}”`);
  return { citation: sentences(parts), inText: `(${short}, ${year})` };
}

/** `In Book (Vol. 2, pp. 1–9)`. */
function inBook(container: string, number: string, source: CitedSource): string {
  const pages = range(source);
  const inside = list([number && `Vol. ${number}`, pages && `${isRange(source) ? 'pp.' : 'p.'} ${pages}`]);
  return `In ${container}${inside === '' ? '' : ` (${inside})`}`;
}

function mla(source: CitedSource): Citation {
  const { authors = [], title, container, publisher, volume, issue, year } = source;
  const whole = source.type === 'book' || source.type === 'thesis' || source.type === 'report';
  const where = list([
    container,
    volume && `vol. ${volume}`,
    issue && `no. ${issue}`,
    publisher,
    year === undefined ? undefined : `${year}`,
    source.pages && `${isRange(source) ? 'pp.' : 'p.'} ${range(source)}`,
    link(source),
  ]);
  // Here a link has a full stop too.
  const ended = where === '' || where.endsWith('.') ? where : `${where}.`;
  const citation = sentences([fewNames(authors), whole ? title : `“${title}.”`, ended, accessed(source, shortDay)]);
  const [first, second, third] = authors;
  const short = third
    ? `${first?.family} et al.`
    : second
      ? `${first?.family} and ${second.family}`
      : (first?.family ?? `“${title}”`);
  return { citation, inText: `(${short})` };
}

/** Chicago's author-date form. */
function chicago(source: CitedSource): Citation {
  const { authors = [], title, container, publisher, volume, issue } = source;
  const year = `${source.year ?? 'n.d.'}`;
  const [first, ...others] = authors.slice(0, authors.length > 10 ? 7 : 10);
  const names = first === undefined ? [] : [inverted(first), ...others.map(straight)];
  const shown = authors.length > 10 ? `${names.join(', ')}, et al.` : series(names, ', ', ', and ');
  const whole = source.type === 'book' || source.type === 'thesis' || source.type === 'report';
  const numbered = [container, [volume, issue && `(${issue})`].filter(Boolean).join(' ')].filter(Boolean).join(' ');
  const where = list([source.type === 'chapter' && container !== undefined ? `In ${container}` : numbered, publisher]);
  const paged = [where, range(source)].filter(Boolean).join(': ');
  const citation = sentences([
    shown,
    year,
    whole ? title : `“${title}.”`,
    paged,
    accessed(source, longDay),
    link(source),
  ]);
  const families = authors.slice(0, 3).map(({ family }) => family);
  const short =
    authors.length > 3
      ? `${families[0]} et al.`
      : series(families, ', ', families.length > 2 ? ', and ' : ' and ') || `“${title}”`;
  return { citation, inText: `(${short} ${year})` };
}

function ieee(source: CitedSource): Citation {
  const { authors = [], title, container, publisher, volume, issue, year, doi, url } = source;
  const named = authors.map((author) => [initials(author, ' '), author.family].filter(Boolean).join(' '));
  const shown = named.length > 6 ? `${named[0]} et al.` : series(named, ', ', named.length > 2 ? ', and ' : ' and ');
  const whole = source.type === 'book' || source.type === 'thesis' || source.type === 'report';
  const where = [
    source.type === 'chapter' && container !== undefined ? `in ${container}` : container,
    publisher,
    volume && `vol. ${volume}`,
    issue && `no. ${issue}`,
    source.pages && `${isRange(source) ? 'pp.' : 'p.'} ${range(source)}`,
    year === undefined ? undefined : `${year}`,
    doi && `doi: ${doi}`,
  ];
  const head = list([shown, whole ? title : undefined]);
  const body = whole ? list([head, ...where]) : [list([head, `“${title},”`]), list(where)].filter(Boolean).join(' ');
  const online = doi === undefined && url !== undefined ? `[Online]. Available: ${url}` : undefined;
  return { citation: `[1] ${sentences([body, online])}`, inText: '[1]' };
}

/** The first author inverted, a second one straight, more as et al. */
function fewNames(authors: readonly Author[]): string {
  const [first, second, third] = authors;
  if (first === undefined) return '';
  if (third !== undefined) return `${inverted(first)}, et al.`;
  return second === undefined ? inverted(first) : `${inverted(first)}, and ${straight(second)}`;
}

function inverted({ family, given }: Author): string {
  return given === undefined ? family : `${family}, ${given}`;
}

function straight({ family, given }: Author): string {
  return given === undefined ? family : `${given} ${family}`;
}

function initials({ given = '' }: Author, between: string): string {
  const letters = given.split(/[\s.]+/).filter(Boolean);
  return letters
    .map((name) =>
      name
        .split('-')
        .map((part) => `${[...part][0]?.toUpperCase()}.`)
        .join('-'),
    )
    .join(between);
}

function series(items: readonly string[], between: string, last: string): string {
  if (items.length < 2) return items[0] ?? '';
  const lastOf = items.length === 2 && last === ', and ' ? ', and ' : last;
  return `${items.slice(0, -1).join(between)}${lastOf}${items.at(-1)}`;
}

function range({ pages }: CitedSource): string | undefined {
  return pages?.replace(/\s*-+\s*/g, '–');
}

function link({ doi, url }: CitedSource): string | undefined {
  return doi === undefined ? url : `https://doi.org/${doi}`;
}

function isRange({ pages = '' }: CitedSource): boolean {
  return /[-–—,]/.test(pages);
}

function accessed({ accessed: date }: CitedSource, write: (day: Date) => string): string | undefined {
  return date === undefined ? undefined : `Accessed ${write(new Date(`${date}T00:00:00Z`))}`;
}

function longDay(day: Date): string {
  return day.toLocaleDateString('en-US', { dateStyle: 'long', timeZone: 'UTC' });
}

/** Months of more than four letters are shortened. */
const MONTHS = ['Jan.', 'Feb.', 'Mar.', 'Apr.', 'May', 'June', 'July', 'Aug.', 'Sept.', 'Oct.', 'Nov.', 'Dec.'];

function shortDay(day: Date): string {
  return `${day.getUTCDate()} ${MONTHS[day.getUTCMonth()]} ${day.getUTCFullYear()}`;
}

function list(parts: readonly (string | undefined | false)[]): string {
  return parts.filter(Boolean).join(', ');
}

/** Ends each part with a full stop, unless it has an end of its own; a link has none. */
function sentences(parts: readonly (string | undefined)[]): string {
  return parts
    .filter((part) => part !== undefined && part !== '')
    .map((part) => (/[.?!][”)]?$/.test(part as string) || /^https?:/.test(part as string) ? part : `${part}.`))
    .join(' ');
}
