// Hands buffers over that it has not got any more.
export const echo = (x) => x;
function handedOver() {
  const bytes = new Uint8Array(4);
  structuredClone(bytes, { transfer: [bytes.buffer] });
  return bytes;
}
export function again(_, { transfer }) {
  const bytes = handedOver();
  return transfer(bytes, [bytes.buffer]);
}
export function* againAsPart(_, { transfer }) {
  const bytes = handedOver();
  yield transfer(bytes, [bytes.buffer]);
}
export const noBuffer = (_, { transfer }) => transfer([1], [5]);
