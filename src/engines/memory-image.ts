/** What the memory of a WebAssembly instance held, for others of the same module to start with. */
export interface MemoryImage {
  /** The parts that are not zero: a new memory is, and pages that nobody writes to cost nothing. */
  readonly parts: readonly { readonly at: number; readonly bytes: Uint8Array }[];
  /** The size of the memory, in bytes. */
  readonly size: number;
}

const PAGE = 65_536;
/** What is looked at as one: a page of most machines. Divides {@link PAGE}. */
const PART = 4096;
const ZEROES = Buffer.alloc(PAGE);

/** Copies a memory. */
export function captureMemory({ buffer }: WebAssembly.Memory): MemoryImage {
  const parts: { at: number; bytes: Uint8Array }[] = [];
  for (let at = 0; at < buffer.byteLength; at += PART) {
    const bytes = new Uint8Array(buffer, at, PART);
    if (ZEROES.compare(bytes, 0, PART, 0, PART) === 0) continue;
    const last = parts.at(-1);
    // Neighbours are kept as one, so that few copies restore them all.
    if (last !== undefined && last.at + last.bytes.length === at) {
      parts[parts.length - 1] = { at: last.at, bytes: new Uint8Array(buffer, last.at, last.bytes.length + PART) };
    } else {
      parts.push({ at, bytes });
    }
  }
  return { parts: parts.map(({ at, bytes }) => ({ at, bytes: bytes.slice() })), size: buffer.byteLength };
}

/** Gives the memory of a new instance what an image holds. */
export function restoreMemory(memory: WebAssembly.Memory, image: MemoryImage): void {
  const missing = image.size - memory.buffer.byteLength;
  if (missing > 0) memory.grow(missing / PAGE);
  const bytes = new Uint8Array(memory.buffer);
  for (const part of image.parts) bytes.set(part.bytes, part.at);
}

/** Has a memory hold what an image holds and nothing else. */
export function rewindMemory(memory: WebAssembly.Memory, image: MemoryImage): void {
  const bytes = Buffer.from(memory.buffer);
  let end = 0;
  for (const part of image.parts) {
    clear(bytes, end, part.at);
    end = part.at + part.bytes.length;
  }
  clear(bytes, end, bytes.length);
  restoreMemory(memory, image);
}

/** Writes zeroes, but not where there are only such: most of its stack a script leaves untouched, and pages that nobody writes to cost nothing. */
function clear(bytes: Buffer, from: number, to: number): void {
  for (let start = from; start < to; start += PAGE) {
    const end = Math.min(start + PAGE, to);
    if (bytes.compare(ZEROES, 0, end - start, start, end) !== 0) bytes.fill(0, start, end);
  }
}
