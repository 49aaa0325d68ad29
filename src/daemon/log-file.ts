/**
 * A log of JSON lines that only this user can read.
 *
 * 1. The file and those before it have no more than `most` bytes each, and there are no more than `kept` of them.
 * 2. A log that cannot be written does not end the daemon: what could not be written is counted, and told with the next line.
 */

import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf } from '../errors/describe.js';
import { StintError } from '../errors/stint-error.js';
import { systemCode } from '../errors/system-code.js';
import type { LogLevel } from '../kernel/log.js';

const MOST_BYTES = 4 * 1024 ** 2;
const KEPT = 4;
const LONGEST_LINE = 16 * 1024;

/** See the top of the file. */
export class LogFile implements Disposable {
  readonly #path: string;
  readonly #most: number;
  readonly #kept: number;
  #file: number;
  #bytes: number;
  #lost = 0;
  /** Whether the last line in the file is cut off. */
  #torn = false;

  /**
   * @param kept files, the current one included
   * @throws StintError `INVALID_ARGUMENT` if the file cannot be written
   */
  constructor(path: string, most = MOST_BYTES, kept = KEPT) {
    this.#path = path;
    this.#most = most;
    this.#kept = kept;
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      [this.#file, this.#bytes] = open(path);
    } catch (error) {
      throw unwritable(path, error);
    }
  }

  write(level: LogLevel, logger: string, data: unknown): void {
    const lost = this.#lost === 0 ? {} : { lost: this.#lost };
    try {
      const line = `${shorten(JSON.stringify({ at: new Date().toISOString(), level, logger, data, ...lost }))}\n`;
      const bytes = Buffer.byteLength(line);
      if (this.#bytes > 0 && this.#bytes + bytes > this.#most) this.#rotate();
      if (this.#torn) this.#append('\n');
      this.#append(line);
      this.#lost = 0;
    } catch {
      // A full disk, say.
      this.#lost += 1;
    }
  }

  /** Goes on in a new file, if somebody has moved this one away. @throws if there can be none: then it goes on in the old one */
  reopen(): void {
    const old = this.#file;
    [this.#file, this.#bytes] = open(this.#path);
    this.#torn = false;
    closeSync(old);
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }

  /** @throws if not all of it can be written */
  #append(text: string): void {
    const written = writeSync(this.#file, text);
    this.#bytes += written;
    this.#torn = written < Buffer.byteLength(text);
    if (this.#torn) throw new Error('only a part of it could be written');
  }

  #rotate(): void {
    for (let number = this.#kept - 1; number > 0; number -= 1) {
      const from = number === 1 ? this.#path : `${this.#path}.${number - 1}`;
      rename(from, `${this.#path}.${number}`);
    }
    this.reopen();
  }
}

/** Why there can be no log at a path. */
export function unwritable(path: string, error: unknown): StintError {
  return new StintError('INVALID_ARGUMENT', `the log ${path} cannot be written: ${messageOf(error)}`, { cause: error });
}

function open(path: string): [number, number] {
  const file = openSync(path, 'a', 0o600);
  return [file, fstatSync(file).size];
}

function rename(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    // There have not been that many yet.
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}

function shorten(line: string): string {
  return line.length <= LONGEST_LINE ? line : JSON.stringify({ shortened: line.slice(0, LONGEST_LINE / 2) });
}
