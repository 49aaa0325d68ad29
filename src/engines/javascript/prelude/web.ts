import type { Primordials } from './primordials.js';

/** What `http.request` gives: see io/http. */
interface Answer {
  readonly status: number;
  readonly statusText: string;
  readonly ok: boolean;
  readonly url: string;
  readonly redirected: boolean;
  readonly headers: { readonly [name: string]: string | string[] };
  readonly body: Uint8Array;
}

/**
 * Guest code (see primordials.ts): defines `fetch`, `TextEncoder` and `TextDecoder` (UTF-8), the parts of the web platform that scripts
 * expect. `fetch` is `http.request` in the form that they know.
 */
export function makeWeb(
  p: Primordials,
  request: (options: object) => Promise<unknown>,
  encodeText: (text: string) => Uint8Array,
  decodeText: (bytes: Uint8Array) => string,
): void {
  class TextEncoder {
    get encoding(): string {
      return 'utf-8';
    }
    encode(text = ''): Uint8Array {
      return encodeText(`${text}`);
    }
  }
  class TextDecoder {
    constructor(label = 'utf-8') {
      const known = `${label}`;
      if (known !== 'utf-8' && known !== 'utf8' && known !== 'UTF-8') {
        throw new p.RangeError(`TextDecoder knows utf-8 only, not ${known}`);
      }
    }
    get encoding(): string {
      return 'utf-8';
    }
    decode(bytes?: unknown): string {
      if (bytes === undefined) return '';
      if (p.typedArrayName(bytes) === 'Uint8Array') return decodeText(bytes as Uint8Array);
      return decodeText(new p.Uint8Array(bytes as ArrayBuffer));
    }
  }

  class Headers {
    readonly #values: { [name: string]: string | string[] };
    constructor(values: { [name: string]: string | string[] }) {
      this.#values = values;
    }
    get(name: string): string | null {
      const value = this.#values[p.lowerCase(`${name}`)];
      return value === undefined ? null : typeof value === 'string' ? value : p.join(value, ', ');
    }
    has(name: string): boolean {
      return this.get(name) !== null;
    }
    forEach(visit: (value: string, name: string) => void): void {
      const names = p.keys(this.#values);
      for (let i = 0; i < names.length; i += 1) visit(this.get(names[i] as string) as string, names[i] as string);
    }
  }

  class Response {
    readonly status: number;
    readonly statusText: string;
    readonly ok: boolean;
    readonly url: string;
    readonly redirected: boolean;
    readonly headers: Headers;
    readonly #body: Uint8Array;
    constructor(answer: Answer) {
      this.status = answer.status;
      this.statusText = answer.statusText;
      this.ok = answer.ok;
      this.url = answer.url;
      this.redirected = answer.redirected;
      this.headers = new Headers(answer.headers as { [name: string]: string | string[] });
      this.#body = answer.body;
    }
    async bytes(): Promise<Uint8Array> {
      return this.#body;
    }
    async text(): Promise<string> {
      return decodeText(this.#body);
    }
    async json(): Promise<unknown> {
      return p.parse(decodeText(this.#body));
    }
  }

  async function fetch(url: unknown, init: { [option: string]: unknown } = {}): Promise<Response> {
    const options: { [option: string]: unknown } = { url: `${url}` };
    const names = ['method', 'headers', 'body', 'redirect', 'timeout'];
    for (let i = 0; i < names.length; i += 1) {
      const name = names[i] as string;
      if (init[name] !== undefined && init[name] !== null) options[name] = init[name];
    }
    return new Response((await request(options)) as Answer);
  }

  const define = (name: string, value: unknown): void => {
    p.define(globalThis, name, {
      __proto__: null,
      value,
      writable: true,
      enumerable: false,
      configurable: true,
    } as never);
  };
  define('fetch', fetch);
  define('TextEncoder', TextEncoder);
  define('TextDecoder', TextDecoder);
}
