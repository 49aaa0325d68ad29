import { createHash } from 'node:crypto';
import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { StintError } from '../errors/stint-error.js';
import { QUARANTINE } from './directory.js';

/** The most files in quarantine. Beyond that they stay where they are. */
const MOST_FILES = 1000;

/** Takes a file that cannot be believed out of the way, for somebody to look at. Nothing it names is touched. */
export async function quarantine(ledger: string, owner: string, file: string): Promise<void> {
  const folder = join(ledger, QUARANTINE);
  if ((await readdir(folder)).length >= MOST_FILES) {
    throw new StintError('QUEUE_FULL', `there are ${MOST_FILES} files in ${folder}: look at them and remove them`);
  }
  await rename(join(ledger, owner, file), join(folder, `${owner}.${plainName(file)}`));
}

function plainName(file: string): string {
  if (/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/.test(file)) return file;
  return createHash('sha256').update(file).digest('hex').slice(0, 16);
}
