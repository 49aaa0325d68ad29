/**
 * Something of which a thread has one, even where it has stint twice: a worker thread begins with a bundle, and a module that runs in it may
 * import stint itself.
 */
export function perThread<T>(name: string, make: () => T): T {
  const holder = globalThis as unknown as Record<symbol, T | undefined>;
  const key = Symbol.for(`stint.${name}`);
  const known = holder[key];
  if (known !== undefined) return known;
  const made = make();
  Object.defineProperty(holder, key, { value: made });
  return made;
}
