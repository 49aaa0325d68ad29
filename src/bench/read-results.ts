import { readFileSync } from 'node:fs';
import { messageOf } from '../errors/describe.js';
import { StintError } from '../errors/stint-error.js';
import { FORMAT, FORMAT_VERSION, type Results } from './results.js';

/**
 * Reads what `stint bench --json` wrote.
 *
 * @throws StintError `INVALID_ARGUMENT`: there is no such file, or it is something else
 */
export function readResults(path: string, flag: string): Results {
  const refuse = (why: string): StintError =>
    new StintError('INVALID_ARGUMENT', `${flag} ${path}: ${why}; give it a file that 'stint bench --json' wrote`);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw refuse(messageOf(error));
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refuse(`it is not JSON (${messageOf(error)})`);
  }
  if (!isRecord(value) || value['format'] !== FORMAT) throw refuse(`its "format" is not "${FORMAT}"`);
  if (value['version'] !== FORMAT_VERSION) {
    throw refuse(`its "version" is ${JSON.stringify(value['version'])}, and this is a reader of ${FORMAT_VERSION}`);
  }
  const wrong = whatIsWrong(value);
  if (wrong !== undefined) throw refuse(wrong);
  return value as unknown as Results;
}

/** Looks at what a comparison uses. */
function whatIsWrong(value: Record<string, unknown>): string | undefined {
  if (typeof value['at'] !== 'string') return '"at" is not a text';
  if (!Array.isArray(value['suites'])) return '"suites" is not an array';
  for (const [i, suite] of value['suites'].entries()) {
    if (!isRecord(suite) || typeof suite['name'] !== 'string' || !Array.isArray(suite['rows'])) {
      return `"suites[${i}]" is not a suite with a name and rows`;
    }
    for (const [j, row] of suite['rows'].entries()) if (!isRow(row)) return `"suites[${i}].rows[${j}]" is not a row`;
  }
  return undefined;
}

function isRow(row: unknown): boolean {
  return (
    isRecord(row) &&
    typeof row['id'] === 'string' &&
    typeof row['unit'] === 'string' &&
    Number.isFinite(row['p50']) &&
    Array.isArray(row['runs']) &&
    row['runs'].length > 0 &&
    row['runs'].every(
      (run) =>
        isRecord(run) &&
        Number.isFinite(run['p50']) &&
        Array.isArray(run['values']) &&
        run['values'].length > 0 &&
        run['values'].every(Number.isFinite),
    )
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
