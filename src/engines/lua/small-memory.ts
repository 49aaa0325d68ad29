/**
 * Has instances of a WebAssembly binary start with less memory than it declares. V8 counts the whole memory of an instance
 * as garbage that it may soon get rid of, touched or not: with the 16 MiB that the build of Lua declares it collects
 * after every few cells that are made.
 *
 * Memory grows when it is needed, so a smaller start changes nothing else, as long as it holds the static data and the stack.
 * Binary format: https://webassembly.github.io/spec/core/binary/modules.html#memory-section
 */
const HEADER_BYTES = 8;
const MEMORY_SECTION = 5;

/**
 * A copy of the binary whose memory starts with `pages` pages; the binary itself if it has no memory of its own, or one that starts
 * smaller.
 */
export function withSmallMemory(binary: Uint8Array<ArrayBuffer>, pages: number): Uint8Array<ArrayBuffer> {
  let at = HEADER_BYTES;
  while (at < binary.length) {
    const id = binary[at];
    const size = readNumber(binary, at + 1);
    if (id === MEMORY_SECTION) return withStart(binary, size.next, pages);
    at = size.next + size.value;
  }
  return binary;
}

/** @param section where the content of the memory section begins: a count, then flags and the pages to start with */
function withStart(binary: Uint8Array<ArrayBuffer>, section: number, pages: number): Uint8Array<ArrayBuffer> {
  const count = readNumber(binary, section);
  const start = readNumber(binary, count.next + 1);
  if (count.value === 0 || start.value <= pages) return binary;
  const copy = Uint8Array.from(binary);
  // In as many bytes as before: seven bits each, the last one without the mark that more follow.
  let rest = pages;
  for (let at = count.next + 1; at < start.next; at += 1) {
    copy[at] = (rest & 0x7f) | (at + 1 < start.next ? 0x80 : 0);
    rest >>>= 7;
  }
  return copy;
}

/** An unsigned LEB128 number. */
function readNumber(binary: Uint8Array, from: number): { value: number; next: number } {
  let value = 0;
  let next = from;
  for (let shift = 0; ; shift += 7) {
    const byte = binary[next] ?? 0;
    next += 1;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return { value, next };
  }
}
