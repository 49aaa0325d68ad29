/** What client number `i` sends and must get back: 64 bytes that no other client sends. */
export const BYTES = 64;

export function payload(i) {
  return `client ${i} `.padEnd(BYTES, '.');
}
