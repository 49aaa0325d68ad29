import type { Response } from 'undici';
import type { HeldBytes } from './held-bytes.js';
import { failure } from './refusal.js';

/**
 * Reads a body as it comes, and no further than a body may go: leaving the loop cuts the rest off.
 *
 * @throws StintError `SCRIPT_ERROR` if it is too large
 */
export async function readBody(response: Response, held: HeldBytes): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of response.body ?? []) {
      if (length + chunk.length > held.most) {
        throw failure(`the body is larger than ${held.most} bytes, the most that a script may hold of one`);
      }
      held.take(chunk.length, 'http.request');
      length += chunk.length;
      chunks.push(chunk);
    }
    return join(chunks, length);
  } finally {
    held.give(length);
  }
}

function join(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const [first] = chunks;
  if (first !== undefined && chunks.length === 1) return first;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
