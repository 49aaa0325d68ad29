import { createRequire } from 'node:module';

/**
 * The URL by which Node imports a module anew: it keeps what it has imported, failures too. Each version stays in memory.
 *
 * @param path of its file, as a CommonJS module is known by
 * @param count how often it was imported anew before, this time included
 */
export function freshUrl(url: string, path: string, count: number): string {
  // A CommonJS module is known by its file, an ES module by its whole URL.
  delete createRequire(url).cache[path];
  const fresh = new URL(url);
  fresh.searchParams.set('stint', `${count}`);
  return fresh.href;
}
