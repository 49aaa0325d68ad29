/**
 * The files that one call reaches.
 *
 * 1. Nothing outside of the policy's roots is read, made, changed or removed, wherever links lead, and whoever exchanges directories for
 *    links meanwhile (on Linux; elsewhere that is found out afterwards).
 * 2. Nobody sees half of what `write` writes.
 * 3. What was opened is closed when the call has ended.
 */
import { randomBytes } from 'node:crypto';
import { constants, type FileHandle, link, lstat, mkdir, open, opendir, rename, rmdir, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { StintError } from '../../errors/stint-error.js';
import { systemCode } from '../../errors/system-code.js';
import { anchored, canAnchor, openAnchored, pathOf } from './anchor.js';
import type { FileAccess, FileChange, FileEntry, FileMode, FileStat } from './file-access.js';
import { fileFailure } from './file-failure.js';
import { FileRoots } from './file-roots.js';
import { kindOf, statOf } from './file-stat.js';
import type { Gate } from './gate.js';
import { readWhole } from './read-whole.js';
import { isWithin } from './real-path.js';
import { removeTree } from './remove-tree.js';
import { watchFile } from './watch-file.js';

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_APPEND, O_DIRECTORY } = constants;
const MOST_ENTRIES = 100_000;

export class FileDoor implements FileAccess {
  readonly #gate: Gate;
  readonly #roots: FileRoots;

  constructor(gate: Gate) {
    this.#gate = gate;
    this.#roots = new FileRoots(gate);
  }

  resolve(path: string, mode: FileMode): Promise<string> {
    return this.#roots.target(path, mode, mode);
  }

  read(path: string): Promise<Buffer> {
    return this.#do('read', path, async () => {
      await using file = await this.#openFile(path, O_RDONLY, 'read');
      return await readWhole(file, (await file.stat()).size, this.#gate.limits.memory, path);
    });
  }

  write(path: string, content: Uint8Array | string, { replace = true }: { replace?: boolean } = {}): Promise<void> {
    return this.#do('write', path, async () => {
      const real = await this.#roots.target(path, 'write', 'write');
      await anchored(real, (target) => writeFile(target, content, replace));
    });
  }

  append(path: string, content: Uint8Array | string): Promise<void> {
    return this.#do('write', path, async () => {
      await using file = await this.#openFile(path, O_WRONLY | O_APPEND | O_CREAT, 'write');
      await file.appendFile(content);
    });
  }

  list(path: string): Promise<FileEntry[]> {
    return this.#do('list', path, async () => {
      const real = await this.#roots.target(path, 'read', 'list');
      await using directory = await openAnchored(real, O_RDONLY | O_DIRECTORY);
      const entries: FileEntry[] = [];
      for await (const entry of await opendir(canAnchor() ? pathOf(directory) : real)) {
        if (entries.length >= MOST_ENTRIES) throw tooMany(path);
        entries.push({ name: entry.name, kind: kindOf(entry) });
      }
      return entries;
    });
  }

  stat(path: string, mode: FileMode = 'read'): Promise<FileStat | undefined> {
    const deed = mode === 'read' ? 'look at' : 'write';
    return this.#do(deed, path, async () => {
      try {
        const real = await this.#roots.place(path, mode, deed);
        return statOf(await anchored(real, (place) => lstat(place)));
      } catch (error) {
        if (systemCode(error) === 'ENOENT') return undefined;
        throw error;
      }
    });
  }

  remove(path: string, { recursive = false }: { recursive?: boolean } = {}): Promise<void> {
    return this.#do('remove', path, async () => {
      const real = await this.#roots.place(path, 'write', 'remove');
      if (await this.#roots.isRoot(real)) throw this.#refuseRoot(path, 'remove');
      await anchored(real, async (target) => {
        if (recursive) await removeTree(target, this.#gate.signal);
        else if ((await lstat(target)).isDirectory()) await rmdir(target);
        else await unlink(target);
      });
    });
  }

  move(from: string, to: string, { replace = true }: { replace?: boolean } = {}): Promise<void> {
    return this.#do('move', from, async () => {
      const [source, target] = [
        await this.#roots.place(from, 'write', 'move'),
        await this.#roots.place(to, 'write', 'move to'),
      ];
      if (await this.#roots.isRoot(source)) throw this.#refuseRoot(from, 'move');
      if (source !== target && isWithin(target, source)) {
        throw new StintError('TOOL_INPUT', `cannot move '${from}' to '${to}': that is in '${from}' itself`);
      }
      try {
        await anchored(source, (old) => anchored(target, (fresh) => giveName(old, fresh, replace)));
      } catch (error) {
        throw moveFailure(from, to, error, replace);
      }
    });
  }

  makeDirectory(path: string): Promise<void> {
    return this.#do('make the directory', path, async () => {
      await makeDirectories(await this.#roots.target(path, 'write', 'make'));
    });
  }

  open(path: string, mode: 'read'): Promise<Readable>;
  open(path: string, mode: 'write'): Promise<Writable>;
  open(path: string, mode: FileMode): Promise<Readable | Writable> {
    return this.#do(mode, path, async () => {
      const file = await this.#openFile(path, mode === 'read' ? O_RDONLY : O_WRONLY | O_CREAT, mode);
      if (mode === 'write') await file.truncate(0);
      const stream = mode === 'read' ? file.createReadStream() : file.createWriteStream();
      this.#gate.defer(() => closeStream(stream));
      return stream;
    });
  }

  async *watch(path: string, until?: AbortSignal): AsyncGenerator<FileChange, void, void> {
    const file = await this.#do('watch', path, async () =>
      openAnchored(await this.#roots.target(path, 'read', 'watch'), O_RDONLY),
    );
    try {
      yield* watchFile(file, this.#gate.signal, until);
    } finally {
      await file.close();
    }
  }

  /** Opens what is a regular file, so that no pipe holds the call up and no device does anything. */
  async #openFile(path: string, flags: number, mode: FileMode): Promise<FileHandle> {
    const file = await openAnchored(await this.#roots.target(path, mode, mode), flags, 0o666);
    try {
      const stat = await file.stat();
      if (stat.isDirectory()) throw Object.assign(new Error('a directory'), { code: 'EISDIR' });
      if (!stat.isFile()) throw Object.assign(new Error('no file'), { code: 'ENXIO' });
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async #do<T>(deed: string, path: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw fileFailure(deed, path, error);
    }
  }

  #refuseRoot(path: string, deed: string): StintError {
    const why = 'it is a root of the policy itself; add the directory above it to policy.files.write';
    return this.#gate.refusal('write', path, `to ${deed} '${path}'`, why);
  }
}

/** The error of the system, but where it is about the place: that has a name of its own. */
function moveFailure(from: string, to: string, error: unknown, replace: boolean): unknown {
  const code = systemCode(error);
  const isThere = code === 'EEXIST' && !replace;
  const isFull = code === 'ENOTEMPTY' || code === 'EEXIST';
  if (!isFull && code !== 'EISDIR') return error;
  const what = isThere ? 'something already' : isFull ? 'a directory that is not empty' : 'a directory';
  return new StintError('TOOL_FAILED', `cannot move '${from}' to '${to}': there is ${what}`);
}

function tooMany(path: string): StintError {
  return new StintError('TOOL_FAILED', `cannot list '${path}': it has more than ${MOST_ENTRIES} entries`);
}

/** Writes a file beside the old one, if there is any, and puts it in its place. */
async function writeFile(target: string, content: Uint8Array | string, replace: boolean): Promise<void> {
  const old = await lstat(target).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (old?.isDirectory()) throw Object.assign(new Error('a directory'), { code: 'EISDIR' });
  if (old !== undefined && !old.isFile()) throw Object.assign(new Error('no file'), { code: 'ENXIO' });
  // A name of 255 bytes, the most that there can be, has to be found room for.
  const beside = join(dirname(target), `.${basename(target).slice(0, 50)}.${randomBytes(6).toString('hex')}`);
  const file = await open(beside, O_WRONLY | O_CREAT | O_EXCL, old === undefined ? 0o666 : old.mode & 0o777);
  try {
    await file.writeFile(content);
    // What the process masks of a new file's permissions the old one may have had.
    if (old !== undefined) await file.chmod(old.mode & 0o777);
    await file.close();
    await giveName(beside, target, replace);
  } catch (error) {
    await file.close().catch(() => undefined);
    await unlink(beside);
    throw error;
  }
}

/** Gives something another name. Unless it may replace what has it, a file gets the name beside its own first: that fails if there is something. */
async function giveName(old: string, fresh: string, replace: boolean): Promise<void> {
  if (replace || !(await lstat(old)).isFile() || !(await hasSecondName(old, fresh))) await rename(old, fresh);
  else await unlink(old);
}

/** False on file systems where files have one name only, or where the system does not let this user give another. */
async function hasSecondName(file: string, name: string): Promise<boolean> {
  try {
    await link(file, name);
    return true;
  } catch (error) {
    if (['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(systemCode(error) ?? '')) return false;
    throw error;
  }
}

/** Makes what is missing of a real path, from the top. */
async function makeDirectories(real: string): Promise<void> {
  try {
    await anchored(real, (path) => mkdir(path));
  } catch (error) {
    if (systemCode(error) === 'EEXIST' && (await anchored(real, (place) => lstat(place))).isDirectory()) return;
    if (systemCode(error) !== 'ENOENT') throw error;
    await makeDirectories(dirname(real));
    await anchored(real, (path) => mkdir(path));
  }
}

function closeStream(stream: Readable | Writable): Promise<void> {
  if (stream.closed) return Promise.resolve();
  return new Promise((resolve) => {
    stream.once('close', resolve);
    // What could not be written any more is told to whoever listens to the stream; the call is over.
    stream.once('error', () => undefined);
    stream.destroy();
  });
}
