import { getDocumentProxy } from 'unpdf';
import { messageOf } from '../../../errors/describe.js';
import { failed } from '../refusal.js';

interface Question {
  readonly bytes: Uint8Array;
  readonly first: number;
  readonly count: number;
}

const LONGEST_TEXT = 1_000_000;

export async function extract({ bytes, first, count }: Question) {
  const document = await getDocumentProxy(Uint8Array.from(bytes), { isEvalSupported: false }).catch(
    (error: unknown) => {
      throw failed(`it cannot be read as a PDF: ${messageOf(error)}`);
    },
  );
  const total = document.numPages;
  const last = Math.min(total, first + count - 1);
  const pages = [];
  for (let page = first; page <= last; page += 1) {
    const { items } = await (await document.getPage(page)).getTextContent();
    const text = items.map((item) => ('str' in item ? `${item.str}${item.hasEOL ? '\n' : ''}` : '')).join('');
    pages.push({ page, text: text.trim().slice(0, LONGEST_TEXT) });
  }
  const { info } = await document.getMetadata();
  return { pages, total, truncated: last < total, about: described(info as Record<string, unknown>) };
}

function described(info: Record<string, unknown>): Record<string, string> {
  const texts = Object.entries(info).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '',
  );
  return Object.fromEntries(texts.map(([key, value]) => [key, value.slice(0, LONGEST_TEXT)]));
}
