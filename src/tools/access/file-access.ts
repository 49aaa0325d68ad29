import type { Readable, Writable } from 'node:stream';

/** What is to be done with a file. */
export type FileMode = 'read' | 'write';

/** What a path leads to. */
export interface FileStat {
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  /** Bytes. */
  readonly size: number;
  readonly modified: Date;
  readonly created: Date;
  /** Permission bits, such as 0o644. */
  readonly mode: number;
}

/** One entry of a directory. */
export interface FileEntry {
  readonly name: string;
  readonly kind: FileStat['kind'];
}

/** Something that happened to a file or in a directory that is watched. */
export interface FileChange {
  readonly kind: 'change' | 'rename';
  /** In a directory: the name of its entry. */
  readonly name: string | undefined;
}

/**
 * Files below the policy's roots. Each call rejects with `PERMISSION_DENIED` for what is outside, wherever links lead, and with
 * `TOOL_FAILED` for what the system refuses; relative paths are relative to the policy's `directory`.
 */
export interface FileAccess {
  /** A whole file, as far as `limits.memory` goes. */
  read(path: string): Promise<Buffer>;
  /**
   * Writes a whole file: nobody sees half of it, and a failure leaves the old one as it was. With `replace: false` it fails if there is something,
   * also if that came while it was written.
   */
  write(path: string, content: Uint8Array | string, options?: { replace?: boolean }): Promise<void>;
  /** Adds to the end of a file. */
  append(path: string, content: Uint8Array | string): Promise<void>;
  /** The entries of a directory, in no order. */
  list(path: string): Promise<FileEntry[]>;
  /** What is there: of a link, the link itself. Undefined if nothing is. With `write` it is asked for what is to be written there, and permitted as that is. */
  stat(path: string, mode?: FileMode): Promise<FileStat | undefined>;
  /** Removes a file, a link, or a directory, which has to be empty unless `recursive` is true. */
  remove(path: string, options?: { recursive?: boolean }): Promise<void>;
  /** Gives something another name; replaces a file that has it, or fails if `replace` is false. */
  move(from: string, to: string, options?: { replace?: boolean }): Promise<void>;
  /** Makes a directory, and those above it, if they are not there. */
  makeDirectory(path: string): Promise<void>;
  /** A stream that is closed at the end of the call. One to write to makes the file, or empties it. */
  open(path: string, mode: 'read'): Promise<Readable>;
  open(path: string, mode: 'write'): Promise<Writable>;
  /** What happens to a file, or in a directory, until the loop is left, `until` aborts, or the call ends. */
  watch(path: string, until?: AbortSignal): AsyncIterable<FileChange>;
  /** The real path, for a library that opens files by itself: what happens to the path after that is not checked again. */
  resolve(path: string, mode: FileMode): Promise<string>;
}
