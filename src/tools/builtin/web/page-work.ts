import { selectAll } from 'css-select';
import { type AnyNode, type Document, type Element, isTag } from 'domhandler';
import { findAll, getAttributeValue, getInnerHTML } from 'domutils';
import { parseDocument } from 'htmlparser2';
import { htmlText } from '../data/html-text.js';
import { reading } from '../refusal.js';

export interface Selection {
  readonly selector: string;
  /** In place of the text. */
  readonly attribute?: string;
}

interface Question {
  readonly html: string;
  /** Where the page is: what its links are relative to. */
  readonly url: string;
  readonly select: Readonly<Record<string, Selection>>;
  readonly limit: number;
}

const LONGEST = 100_000;

/** What is in a page. */
export function scrape({ html, url, select, limit }: Question) {
  const document = parseDocument(html);
  const base = resolve(attribute(first(document, 'base'), 'href'), url) ?? url;
  const metas = tags(document, 'meta').flatMap((meta): [string, string][] => {
    const name = attribute(meta, 'name') ?? attribute(meta, 'property');
    const content = attribute(meta, 'content');
    return name === undefined || content === undefined ? [] : [[name.toLowerCase(), short(content)]];
  });
  const about = new Map(metas.slice(0, limit));
  return {
    title: short(textOf(first(document, 'title')?.children ?? [])),
    description: about.get('description') ?? about.get('og:description') ?? '',
    language: attribute(first(document, 'html'), 'lang') ?? '',
    meta: Object.fromEntries(about),
    headings: tags(document, 'h1', 'h2', 'h3', 'h4', 'h5', 'h6')
      .slice(0, limit)
      .map((element) => ({ level: Number(element.name[1]), text: short(textOf([element])) })),
    links: linksOf(document, base).slice(0, limit),
    images: tags(document, 'img')
      .flatMap((image) => {
        const source = resolve(attribute(image, 'src'), base);
        return source === undefined ? [] : [{ url: source, alt: short(attribute(image, 'alt') ?? '') }];
      })
      .slice(0, limit),
    text: textOf(document.children).slice(0, 1_000_000),
    selected: Object.fromEntries(
      Object.entries(select).map(([name, selection]) => [
        name,
        pick(document, selection, `select.${name}`).slice(0, limit),
      ]),
    ),
  };
}

/** The links of a page, each once, in their order; those for browsers only (`mailto:`, `javascript:`) are left out. */
export function links({ html, url }: { readonly html: string; readonly url: string }) {
  const document = parseDocument(html);
  return linksOf(document, resolve(attribute(first(document, 'base'), 'href'), url) ?? url);
}

/** The text of what a selector finds, or of the whole page. */
export function pageText({ html, selector }: { readonly html: string; readonly selector?: string }) {
  const document = parseDocument(html);
  if (selector === undefined) return textOf(document.children);
  return pick(document, { selector }, 'selector').join('\n');
}

function linksOf(document: Document, base: string) {
  const found = new Map<string, string>();
  for (const element of tags(document, 'a', 'area')) {
    const url = resolve(attribute(element, 'href'), base);
    if (url !== undefined && !found.has(url)) found.set(url, short(textOf(element.children)));
  }
  return [...found].map(([url, text]) => ({ url, text }));
}

function pick(document: Document, { selector, attribute: name }: Selection, path: string): string[] {
  const elements = reading(path, () => selectAll<AnyNode, Element>(selector, document.children));
  if (name === undefined) return elements.map((element) => short(textOf([element])));
  if (name === 'html') return elements.map((element) => short(getInnerHTML(element)));
  return elements.flatMap((element) => attribute(element, name) ?? []).map(short);
}

function tags(document: Document, ...names: string[]): Element[] {
  return findAll((element) => names.includes(element.name), document.children);
}

function first(document: Document, name: string): Element | undefined {
  return tags(document, name)[0];
}

function attribute(element: Element | undefined, name: string): string | undefined {
  return element !== undefined && Object.hasOwn(element.attribs, name) ? getAttributeValue(element, name) : undefined;
}

function textOf(nodes: Document['children']): string {
  return htmlText(nodes.length === 1 && nodes[0] !== undefined && isTag(nodes[0]) ? nodes[0].children : nodes);
}

function resolve(reference: string | undefined, base: string): string | undefined {
  if (reference === undefined || !URL.canParse(reference, base)) return undefined;
  const url = new URL(reference, base);
  url.hash = '';
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : undefined;
}

function short(text: string): string {
  return text.slice(0, LONGEST);
}
