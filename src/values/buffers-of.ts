/** Values beyond so many are not looked at. */
const MOST_VALUES = 1000;

/** The buffers in what a structured clone has made: in lists, plain objects, maps and sets, themselves or under views. Shared memory is none. */
export function buffersOf(value: unknown): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  // Grows while it is gone through; what comes twice is looked at once.
  const values = new Set<unknown>([value]);
  for (const item of values) {
    if (values.size > MOST_VALUES) break;
    const buffer = ArrayBuffer.isView(item) ? item.buffer : item;
    if (buffer instanceof ArrayBuffer) buffers.add(buffer);
    else if (item instanceof Map) for (const pair of item) for (const part of pair) values.add(part);
    else if (item instanceof Set) for (const part of item) values.add(part);
    else if (typeof item === 'object' && item !== null) for (const part of Object.values(item)) values.add(part);
  }
  return [...buffers];
}
