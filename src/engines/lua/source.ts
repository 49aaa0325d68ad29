const BOM = [0xef, 0xbb, 0xbf];
const HASH = 0x23;
const NEWLINE = 0x0a;

/**
 * The bytes of a chunk as Lua's parser takes them: without a byte order mark, and with a first line
 * that starts with `#` blanked, as `luaL_loadfilex` does. Line numbers stay as they are.
 */
export function chunkBytes(code: string | Uint8Array): Uint8Array {
  const bytes = typeof code === 'string' ? Buffer.from(code) : code;
  const start = BOM.every((byte, i) => bytes[i] === byte) ? BOM.length : 0;
  if (bytes[start] !== HASH) return start === 0 ? bytes : bytes.subarray(start);
  const end = bytes.indexOf(NEWLINE, start);
  return end === -1 ? bytes.subarray(bytes.length) : bytes.subarray(end);
}

const LONGEST_SOURCE = 59;

/**
 * What Lua calls the chunk `@name` in its messages (luaO_chunkid in lobject.c): the name, or the end
 * of a long one.
 */
export function shortSource(name: string): string {
  const bytes = Buffer.from(name);
  if (bytes.length <= LONGEST_SOURCE) return name;
  return `...${bytes.toString('utf8', bytes.length - (LONGEST_SOURCE - 3))}`;
}
