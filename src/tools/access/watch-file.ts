import { watch } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { StintError } from '../../errors/stint-error.js';
import { onAbort } from '../../scope/on-abort.js';
import { canAnchor, pathOf } from './anchor.js';
import type { FileChange } from './file-access.js';

/** Changes that nobody has taken yet; the same change of the same name counts once. */
const MOST_CHANGES = 4096;

/** What happens to something open, until `until` aborts. @throws StintError `TOOL_FAILED` if changes come faster than they are taken */
export async function* watchFile(
  file: FileHandle,
  signal: AbortSignal,
  until?: AbortSignal,
): AsyncGenerator<FileChange, void, void> {
  if (!canAnchor()) throw new StintError('TOOL_FAILED', 'files can be watched on Linux only');
  const isDirectory = (await file.stat()).isDirectory();
  const changes = new Map<string, FileChange>();
  let failure: unknown;
  let wake: (() => void) | undefined;
  const watcher = watch(pathOf(file), (kind, name) => {
    if (changes.size >= MOST_CHANGES)
      failure ??= new StintError('TOOL_FAILED', `more than ${MOST_CHANGES} changes at once`);
    else changes.set(`${kind}/${name}`, { kind, name: isDirectory ? (name ?? undefined) : undefined });
    wake?.();
  });
  watcher.on('error', (error) => {
    failure ??= error;
    wake?.();
  });
  const forget = [signal, until].map((one) => one && onAbort(one, () => wake?.()));
  try {
    for (;;) {
      signal.throwIfAborted();
      if (failure !== undefined) throw failure;
      const taken = [...changes.values()];
      changes.clear();
      yield* taken;
      if (until?.aborted === true) return;
      if (changes.size === 0 && failure === undefined && !signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    for (const one of forget) one?.();
    watcher.close();
  }
}
