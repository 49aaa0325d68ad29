import type { VmHost } from '../engine.js';

const NOTHING = Buffer.alloc(0);

type Stream = 'stdout' | 'stderr';

/**
 * Turns the bytes that a script writes into text. What is not UTF-8 becomes U+FFFD; a character that
 * is split over two writes comes out whole, with the second.
 */
export class ScriptOutput {
  readonly #host: VmHost;
  readonly #onLimit: () => void;
  readonly #held: Record<Stream, Buffer> = { stdout: NOTHING, stderr: NOTHING };
  #open = true;

  /** @param onLimit called once, when the host takes no more */
  constructor(host: VmHost, onLimit: () => void) {
    this.#host = host;
    this.#onLimit = onLimit;
  }

  /** The text of these bytes, which are a view and are not kept. Follows on what the last call held back. */
  decode(bytes: Buffer, stream: Stream): string {
    if (!this.#open) return '';
    const held = this.#held[stream];
    const all = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
    const whole = all.length - unfinished(all);
    this.#held[stream] = whole === all.length ? NOTHING : Buffer.from(all.subarray(whole));
    return all.toString('utf8', 0, whole);
  }

  write(text: string, stream: Stream): void {
    if (!this.#open || text === '') return;
    if (this.#host.write(text, stream)) return;
    this.#open = false;
    this.#onLimit();
  }

  /** Writes what was held back for a rest that did not come. */
  flush(): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      const text = this.#held[stream].toString('utf8');
      this.#held[stream] = NOTHING;
      this.write(text, stream);
    }
  }
}

/** How many bytes at the end are the beginning of a UTF-8 character, with its rest missing. */
function unfinished(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? back : 0;
  }
  return 0;
}
