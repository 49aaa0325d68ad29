import type { FileHandle } from 'node:fs/promises';
import { StintError } from '../../errors/stint-error.js';

const PORTION = 256 * 1024;

/** Reads a file to its end, also one whose size the system does not know beforehand. @throws StintError (rejects) `TOOL_FAILED` past `most` bytes */
export async function readWhole(file: FileHandle, size: number, most: number, path: string): Promise<Buffer> {
  const tooLarge = (): StintError =>
    new StintError(
      'TOOL_FAILED',
      `cannot read '${path}': it has more than ${most} bytes; read a part of it, or raise limits.memory`,
    );
  if (size > most) throw tooLarge();
  const portions: Buffer[] = [];
  let total = 0;
  for (;;) {
    const room = Buffer.allocUnsafe(Math.max(1, Math.min(PORTION, total < size ? size - total : PORTION)));
    const { bytesRead } = await file.read(room, 0, room.length, null);
    if (bytesRead === 0) return portions.length === 1 ? (portions[0] as Buffer) : Buffer.concat(portions, total);
    total += bytesRead;
    if (total > most) throw tooLarge();
    portions.push(room.subarray(0, bytesRead));
  }
}
