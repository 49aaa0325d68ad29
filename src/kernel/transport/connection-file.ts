import { chmod, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isStintError, StintError } from '../../errors/stint-error.js';
import type { Ledger } from '../../ledger/ledger.js';

/** Where a kernel is, and what opens it. */
export interface ConnectionFile {
  readonly version: 1;
  /** As `connect` takes it. */
  readonly address: string;
  readonly token?: string;
  /** The process of the kernel. */
  readonly pid: number;
}

const LONGEST = 64 * 1024;

/**
 * Writes a connection file, readable for this user alone, in one step; what was there is gone then. The directory is made if it is not
 * there.
 *
 * @param ledger records it, so that it does not outlive this process
 * @returns removes it
 */
export async function writeConnectionFile(
  path: string,
  connection: ConnectionFile,
  ledger?: Ledger,
): Promise<() => Promise<void>> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const text = `${JSON.stringify(connection, null, 2)}\n`;
  if (ledger === undefined) {
    await replace(path, text);
    return () => rm(path, { force: true });
  }
  const { writePidfile } = await import('../../ledger/claimed-path.js');
  await rm(path, { force: true });
  const { release } = await writePidfile(ledger, path, text);
  return release;
}

async function replace(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  try {
    // 'wx': whoever has put something there does not get to read the token.
    await rm(temporary, { force: true });
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await chmod(temporary, 0o600);
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Reads a connection file. @throws StintError `INVALID_ARGUMENT`; `PERMISSION_DENIED` if others could have read or written it */
export async function readConnectionFile(path: string): Promise<ConnectionFile> {
  try {
    const { mode, size } = await stat(path);
    if ((mode & 0o077) !== 0) {
      throw new StintError(
        'PERMISSION_DENIED',
        `${path} can be read or written by others: chmod 600 ${path}, and make a new token`,
      );
    }
    const read: unknown = size > LONGEST ? undefined : JSON.parse(await readFile(path, 'utf8'));
    return checkConnection(read, path);
  } catch (error) {
    if (isStintError(error)) throw error;
    throw new StintError('INVALID_ARGUMENT', `cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** @throws StintError `INVALID_ARGUMENT` */
export function checkConnection(value: unknown, name: string): ConnectionFile {
  const { version, address, token } = (value ?? {}) as Record<string, unknown>;
  if (version !== 1 || typeof address !== 'string' || (token !== undefined && typeof token !== 'string')) {
    throw new StintError(
      'INVALID_ARGUMENT',
      `${name} is no connection file of version 1: { version, address, token, pid }`,
    );
  }
  return value as ConnectionFile;
}
