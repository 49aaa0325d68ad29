import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { StintError } from '../../errors/stint-error.js';

/** What draws the charts, in the order in which a page needs it: package and the minified file beside its entry. */
const LIBRARIES = [
  ['d3', '../dist/d3.min.js'],
  ['@observablehq/plot', '../dist/plot.umd.min.js'],
] as const;

/**
 * The charting library (Observable Plot and d3, ISC), to be put into a page.
 *
 * @throws StintError `DEPENDENCY_MISSING`
 */
export function readLibraries(): string[] {
  return LIBRARIES.map(([name, file]) => {
    try {
      return readFileSync(fileURLToPath(new URL(file, import.meta.resolve(name))), 'utf8');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'ENOENT') throw error;
      throw new StintError(
        'DEPENDENCY_MISSING',
        `--report draws its charts with ${name}, which is not installed: npm install ${name}`,
        {
          cause: error,
        },
      );
    }
  });
}
