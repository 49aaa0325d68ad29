import type { StintError } from '../../errors/stint-error.js';
import { childPath } from '../../values/path.js';
import type { Value } from '../../values/value.js';

/**
 * What a value is taken to cost, in bytes: its texts in UTF-16, its bytes, and 8 for each value.
 *
 * @param most counting ends when there are more
 * @param refuse makes the error for a key that could reach a prototype (`__proto__`, `constructor.prototype`) in whatever code merges
 * the value into another
 */
export function measure(
  value: Value,
  most: number,
  refuse?: (path: readonly (string | number)[]) => StintError,
): number {
  const path: (string | number)[] = [];
  let bytes = 0;
  const visit = (item: Value): void => {
    bytes += 8;
    if (bytes > most) return;
    if (typeof item === 'string') bytes += 2 * item.length;
    else if (typeof item === 'object' && item !== null) visitObject(item);
  };
  const visitObject = (item: Exclude<Value, string | undefined | null>): void => {
    if (item instanceof Uint8Array) {
      bytes += item.byteLength;
    } else if (Array.isArray(item)) {
      for (let index = 0; index < item.length && bytes <= most; index += 1) {
        path.push(index);
        visit(item[index]);
        path.pop();
      }
    } else {
      for (const key of Object.keys(item)) {
        if (bytes > most) return;
        path.push(key);
        if (refuse !== undefined && reachesPrototype(path)) throw refuse(path);
        bytes += 2 * key.length;
        visit((item as { [key: string]: Value })[key]);
        path.pop();
      }
    }
  };
  visit(value);
  return bytes;
}

function reachesPrototype(path: readonly (string | number)[]): boolean {
  const key = path.at(-1);
  return key === '__proto__' || (key === 'prototype' && path.at(-2) === 'constructor');
}

/** A path as it is written in messages. */
export function pathText(root: string, path: readonly (string | number)[]): string {
  return path.reduce<string>((text, key) => childPath(text, key), root);
}
