import type { Primordials } from './primordials.js';

/**
 * Guest code (see primordials.ts): makes the function that turns text from the host (see wire.ts) and its byte arrays into
 * a value of the script. In place: every property it writes exists already, so no setter can run.
 */
export function makeDecoder(p: Primordials) {
  return function decode(text: string, bytes: { [index: number]: Uint8Array }): unknown {
    const revive = (node: unknown): unknown => {
      if (typeof node !== 'object' || node === null) return node;
      const list = node as unknown[];
      const isList = p.prototypeOf(node) !== p.ObjectPrototype;
      if (isList) {
        const last = list.length - 1;
        switch (list[last]) {
          case 0:
            list.length = last;
            for (let i = 0; i < last; i += 1) list[i] = revive(list[i]);
            return list;
          case 1:
            return undefined;
          case 2:
            return +(list[0] as string);
          case 3: {
            const digits = list[0] as string;
            return digits[0] === '-' ? -p.BigInt(`0x${p.slice(digits, 1)}`) : p.BigInt(`0x${digits}`);
          }
          case 4:
            return new p.Date(list[0] === null ? 0 / 0 : (list[0] as number));
          default:
            return bytes[list[0] as number];
        }
      }
      const record = node as { [key: string]: unknown };
      const keys = p.keys(record);
      for (let i = 0; i < keys.length; i += 1) record[keys[i] as string] = revive(record[keys[i] as string]);
      return record;
    };
    return revive(p.parse(text));
  };
}
