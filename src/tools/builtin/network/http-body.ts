import type { ToolContext } from '../../tool-context.js';
import { utf8Of } from '../encoding/bytes.js';
import { either, integer, list, object, oneOf, record, text } from '../schema.js';

export const httpUrl = (description: string) =>
  text(description, { min: 8, max: 4096, pattern: '^[hH][tT][tT][pP][sS]?://' });

export const headersInput = record(text('Its value.', { max: 8192 }), 'Headers by name.', 100);

export const responseOutput = object(
  {
    status: integer('The status.', { min: 100, max: 599 }),
    headers: record(
      either(text('Its value.'), list(text('A value.'), 'The values of set-cookie, if there are several.')),
      'The headers; those of a kind are joined by commas, but for set-cookie: several of that are a list.',
    ),
    url: text('Where the answer came from, after redirects.'),
    ms: integer('How long it took.', { min: 0, max: 1e9 }),
  },
  {
    body: text('The body.', { max: 32_000_000 }),
    encoding: oneOf(['utf8', 'base64'], 'How body is written: as text if it is one.'),
  },
);

/** An answer as a result can hold it. */
export async function readAnswer(response: Response, startedAt: number) {
  const bytes = Buffer.from(await response.arrayBuffer());
  const body = textOf(bytes, response.headers.get('content-type'));
  return {
    status: response.status,
    headers: headersOf(response),
    url: response.url,
    ms: Math.round(performance.now() - startedAt),
    body: body ?? bytes.toString('base64'),
    encoding: body === undefined ? ('base64' as const) : ('utf8' as const),
  };
}

/** Cookies stay apart: a comma in one would be no end of it. */
function headersOf({ headers }: Response): Record<string, string | string[]> {
  const cookies = headers.getSetCookie();
  return { ...Object.fromEntries(headers), ...(cookies.length > 1 ? { 'set-cookie': cookies } : {}) };
}

/** The text of a body, by the charset that it says; undefined if it is none. */
export function textOf(bytes: Uint8Array, contentType: string | null): string | undefined {
  const charset = /charset="?([\w.:-]+)/i.exec(contentType ?? '')?.[1];
  if (charset === undefined || /^utf-?8$/i.test(charset)) return utf8Of(bytes);
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    // A charset that nobody knows, or not kept to.
    return undefined;
  }
}

/** Pages say their charset within so many bytes. */
const MOST_SNIFFED = 1024;
const META = /<meta(?=[\s/])[^>]*>/gi;
const CHARSET = /[\s;"'/]charset\s*=\s*["']?\s*([\w.:-]+)/i;

/** The charset that a page says itself, by `<meta charset>` or the `content` of one for `http-equiv`; undefined if it says none that is known. */
function charsetOfPage(bytes: Uint8Array): string | undefined {
  const begin = Buffer.from(bytes.subarray(0, MOST_SNIFFED)).toString('latin1');
  const [first] = (begin.replace(/<!--.*?(?:-->|$)/gs, '').match(META) ?? []).flatMap(
    (meta) => CHARSET.exec(meta)?.[1] ?? [],
  );
  // A meta element that can be read is not written in UTF-16, whatever it says.
  return first !== undefined && /^utf-?16/i.test(first) ? 'utf-8' : first;
}

/** The text of a page: by its header, else as it says itself, else as UTF-8. */
function pageText(bytes: Uint8Array, contentType: string | null): string {
  const charset = /charset=/i.test(contentType ?? '') ? undefined : charsetOfPage(bytes);
  const said = charset === undefined ? contentType : `text/html; charset=${charset}`;
  return textOf(bytes, said) ?? new TextDecoder().decode(bytes);
}

/** Fetches a text, such as a page. */
export async function fetchText({ fetch }: ToolContext, url: string, headers: Readonly<Record<string, string>> = {}) {
  const response = await fetch(url, { headers: { 'user-agent': 'stint', ...headers } });
  const bytes = new Uint8Array(await response.arrayBuffer());
  const contentType = response.headers.get('content-type');
  return { response, contentType, text: pageText(bytes, contentType) };
}
