import type { Element } from 'domhandler';
import { findAll, textContent } from 'domutils';
import { parseDocument } from 'htmlparser2';

const MOST_PAGES = 50_000;

/** What a sitemap lists: pages, or other sitemaps if it is an index. One of plain text has a URL a line. */
export function read({ bytes, url }: { readonly bytes: Uint8Array; readonly url: string }) {
  const text = new TextDecoder().decode(bytes);
  if (!text.trimStart().startsWith('<')) {
    const lines = text.split(/\s+/).flatMap((line) => resolve(line, url) ?? []);
    return { sitemaps: [], pages: lines.slice(0, MOST_PAGES).map((page) => ({ url: page })) };
  }
  const document = parseDocument(text, { xmlMode: true });
  const entries = (name: string) => findAll((element) => element.name === name, document.children).slice(0, MOST_PAGES);
  const sitemaps = entries('sitemap').flatMap((entry) => resolve(child(entry, 'loc'), url) ?? []);
  const pages = entries('url').flatMap((entry) => {
    const page = resolve(child(entry, 'loc'), url);
    const modified = child(entry, 'lastmod');
    return page === undefined
      ? []
      : [modified === undefined ? { url: page } : { url: page, modified: modified.slice(0, 100) }];
  });
  if (pages.length === 0 && sitemaps.length === 0 && entries('urlset').length === 0)
    throw new Error('it is no sitemap');
  return { sitemaps, pages };
}

function child(entry: Element, name: string): string | undefined {
  const [found] = findAll((element) => element.name === name, entry.children);
  return found === undefined ? undefined : textContent(found).trim();
}

function resolve(reference: string | undefined, base: string): string | undefined {
  if (reference === undefined || reference === '' || !URL.canParse(reference, base)) return undefined;
  const { href, protocol } = new URL(reference, base);
  return protocol === 'http:' || protocol === 'https:' ? href : undefined;
}
