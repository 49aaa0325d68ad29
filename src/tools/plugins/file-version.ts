import { realpath, stat } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { freshUrl } from '../../engines/module/fresh-url.js';

interface Version {
  /** What the file was like when it was last asked for. */
  readonly mark: string;
  /** How often it was found changed. */
  readonly count: number;
  readonly url: string;
}

const versions = new Map<string, Version>();

/** The URL by which Node imports a file as it is now. What the file itself imports is not looked at. */
export async function urlOfVersion(file: string): Promise<string> {
  const { href } = pathToFileURL(file);
  let path: string;
  let mark: string;
  try {
    path = await realpath(file);
    const { mtimeMs, size, ino } = await stat(path);
    mark = `${mtimeMs} ${size} ${ino}`;
  } catch {
    // It cannot be read: importing it says so.
    return href;
  }
  const before = versions.get(path);
  if (before?.mark === mark) return before.url;
  const count = before === undefined ? 0 : before.count + 1;
  const url = count === 0 ? href : freshUrl(href, path, count);
  versions.set(path, { mark, count, url });
  return url;
}
