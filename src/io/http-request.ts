import { invalid } from '../errors/invalid.js';
import type { Value } from '../values/value.js';
import { readData, readMilliseconds } from './arguments.js';
import { misuse } from './refusal.js';

/** What a request does when it is answered by a redirect. */
export type RedirectMode = 'follow' | 'manual' | 'error';

/** A request of a script, checked as far as can be told before it is made. */
export interface HttpRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: [name: string, value: string][];
  readonly body: string | Uint8Array | null;
  readonly redirect: RedirectMode;
  /** Milliseconds until it fails, its body included. Without it the script's own deadline is the only one. */
  readonly timeout: number | undefined;
}

const KEYS = ['url', 'method', 'headers', 'body', 'redirect', 'timeout'];
const REDIRECT_MODES: readonly RedirectMode[] = ['follow', 'manual', 'error'];

/** Reads the argument of `http.request`. @throws StintError `INVALID_ARGUMENT` */
export function readHttpRequest(value: Value): HttpRequest {
  const options = readRecord(value, 'request', "an object, such as { url: 'https://api.example.com/' }");
  for (const key of Object.keys(options)) {
    if (!KEYS.includes(key)) {
      throw misuse(`request.${key} is not a part of a request; the parts are ${KEYS.join(', ')}`);
    }
  }
  const { url, method, headers, body, redirect, timeout } = options;
  return {
    url: readUrl(url),
    method: method === undefined || method === null ? 'GET' : readMethod(method),
    headers: headers === undefined || headers === null ? [] : readHeaders(headers),
    body: body === undefined || body === null ? null : readData(body, 'request.body'),
    redirect: redirect === undefined || redirect === null ? 'follow' : readRedirect(redirect),
    timeout: timeout === undefined || timeout === null ? undefined : readMilliseconds(timeout, 'request.timeout'),
  };
}

function readUrl(value: Value): string {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw invalid('request.url', value, 'a URL that begins with http:// or https://');
  }
  return url.href;
}

function readMethod(value: Value): string {
  if (typeof value === 'string' && /^[A-Za-z]{1,32}$/.test(value)) return value.toUpperCase();
  throw invalid('request.method', value, "a method such as 'GET' or 'POST'");
}

function readRedirect(value: Value): RedirectMode {
  const mode = REDIRECT_MODES.find((candidate) => candidate === value);
  if (mode === undefined) throw invalid('request.redirect', value, "'follow', 'manual' or 'error'");
  return mode;
}

function readHeaders(value: Value): [name: string, value: string][] {
  // An empty table of Lua may have come as an empty array.
  if (Array.isArray(value) && value.length === 0) return [];
  const record = readRecord(value, 'request.headers', "an object, such as { accept: 'text/html' }");
  return Object.entries(record).flatMap(([name, item]) =>
    (Array.isArray(item) ? item : [item]).map((one): [string, string] => {
      if (typeof one === 'string' || typeof one === 'number') return [name, String(one)];
      throw invalid(`request.headers[${JSON.stringify(name)}]`, one, 'a text, or an array of texts');
    }),
  );
}

function readRecord(value: Value, name: string, expected: string): { readonly [key: string]: Value } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(name, value, expected);
  if (value instanceof Uint8Array || value instanceof Date) throw invalid(name, value, expected);
  return value;
}
