import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readResults } from '#stint/bench/read-results';
import { isStintError } from '#stint/errors/stint-error';

const folder = mkdtempSync(join(tmpdir(), 'stint-results-'));
afterAll(() => rmSync(folder, { recursive: true }));

const run = { samples: 1, p50: 1, values: [1] };
const row = { id: 'row', unit: 'ms', p50: 1, runs: [run] };
const good = { format: 'stint-bench', version: 1, at: '2026-01-01', suites: [{ name: 'calls', rows: [row] }] };

function read(content: unknown): unknown {
  const path = join(folder, 'old.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return readResults(path, '--compare');
}

describe('readResults', () => {
  it('reads what a comparison needs', () => {
    expect(read(good)).toEqual(good);
  });

  it.each([
    ['', 'it is not JSON'],
    ['{', 'it is not JSON'],
    ['null', 'its "format" is not'],
    ['[]', 'its "format" is not'],
    [{ format: 'other' }, 'its "format" is not "stint-bench"'],
    [{ ...good, version: 2 }, 'its "version" is 2, and this is a reader of 1'],
    [{ ...good, at: 5 }, '"at" is not a text'],
    [{ ...good, suites: {} }, '"suites" is not an array'],
    [{ ...good, suites: [null] }, '"suites[0]" is not a suite'],
    [{ ...good, suites: [{ name: 'x', rows: [row, {}] }] }, '"suites[0].rows[1]" is not a row'],
    [{ ...good, suites: [{ name: 'x', rows: [{ ...row, runs: [] }] }] }, '"suites[0].rows[0]" is not a row'],
    [{ ...good, suites: [{ name: 'x', rows: [{ ...row, runs: [{ ...run, values: ['1'] }] }] }] }, 'is not a row'],
    [{ ...good, suites: [{ name: 'x', rows: [{ ...row, p50: null }] }] }, 'is not a row'],
  ])('refuses %j and says what is wrong', (content, message) => {
    try {
      read(content);
      expect.unreachable();
    } catch (error) {
      expect(isStintError(error, 'INVALID_ARGUMENT')).toBe(true);
      expect((error as Error).message).toContain(message);
      expect((error as Error).message).not.toContain('\n');
    }
  });

  it('refuses a file that is not there', () => {
    expect(() => readResults(join(folder, 'nothing.json'), '--compare')).toThrow(/^--compare .*nothing\.json: ENOENT/);
  });
});
