import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRuntime, type Limits, type Runtime } from '#stint/index';

interface Entry {
  script: string;
  data: string[];
  expect: string;
  limits?: Limits;
}

const examples = new URL('../../examples/', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, examples), 'utf8');
const manifest: Entry[] = JSON.parse(read('manifest.json'));
const results: Record<string, unknown> = JSON.parse(read('expected.json'));

let runtime: Runtime;
beforeAll(async () => {
  runtime = await createRuntime({ threads: 2 });
});
afterAll(() => runtime.close());

describe('an example', () => {
  for (const { script, data, expect: expected, limits = {} } of manifest) {
    it(`ends as the manifest says and returns what is written down: ${script}`, async () => {
      const task = runtime.start({ file: new URL(script, examples) }, { args: data.map(read), limits });
      const { kind, value } = await task.outcome;
      expect(kind).toBe(expected);
      if (kind === 'completed') expect(value).toEqual(results[basename(script)]);
    });
  }
});
