import { isUtf8 } from 'node:buffer';
import type { Program } from '../engine.js';
import { type Failed, type MapFrame, syntaxFailure } from './failure.js';
import type { Translate } from './typescript.js';

const BOM = [0xef, 0xbb, 0xbf] as const;
const encoder = new TextEncoder();

/** A source that is no UTF-8. */
interface BadSource {
  /** The first byte that is wrong, from 0. */
  readonly offset: number;
  /** The line it is in, from 1. */
  readonly line: number;
}

/** A source as QuickJS takes it. */
export interface ReadSource {
  readonly bytes: Uint8Array;
  /** How frames of it become frames of what the author wrote, where that is something else. */
  readonly mapFrame: MapFrame | undefined;
}

/** Reads a program's source. @param translate for TypeScript: its translation to JavaScript */
export function readSource(program: Program, translate: Translate | undefined): ReadSource | Failed {
  const bytes = sourceBytes(program.code);
  if ('offset' in bytes)
    return syntaxFailure(`the source is not UTF-8: byte ${bytes.offset} is wrong`, bytes.line, program);
  if (translate === undefined) return { bytes, mapFrame: undefined };
  const translated = translate(new TextDecoder().decode(bytes), program.name);
  if ('message' in translated) return syntaxFailure(translated.message, translated.line, program);
  return { bytes: encoder.encode(translated.code), mapFrame: translated.mapFrame };
}

/**
 * The UTF-8 bytes of a source, without a byte order mark, or where it is not UTF-8. A lone surrogate in a source
 * that is a string becomes U+FFFD; `'\ud800'` as an escape is kept.
 */
function sourceBytes(code: string | Uint8Array): Uint8Array | BadSource {
  const bytes = typeof code === 'string' ? encoder.encode(code) : code;
  if (typeof code !== 'string' && !isUtf8(code)) return findBad(code);
  return BOM.every((byte, i) => bytes[i] === byte) ? bytes.subarray(BOM.length) : bytes;
}

/** By halves: a prefix decodes, as the beginning of a stream, exactly when it ends before the wrong byte. */
function findBad(bytes: Uint8Array): BadSource {
  let good = 0;
  let bad = bytes.length + 1;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (isBeginning(bytes.subarray(0, middle), middle > bytes.length - 1)) good = middle;
    else bad = middle;
  }
  const offset = Math.min(good, bytes.length - 1);
  let line = 1;
  for (let i = 0; i < offset; i += 1) if (bytes[i] === 0x0a) line += 1;
  return { offset, line };
}

function isBeginning(bytes: Uint8Array, whole: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: !whole });
    return true;
  } catch {
    return false;
  }
}
