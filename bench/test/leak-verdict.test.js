import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRuntime } from '../../dist/index.js';
import { leakVerdict } from '../lib/leak-verdict.js';

const noise = (i) => ((i * 7919) % 101) - 50;

test('a flat line with noise is no leak', () => {
  const points = Array.from({ length: 300 }, (_, i) => [i / 60, 80_000 + noise(i)]);
  assert.equal(leakVerdict(points, 10).leaks, false);
});

test('a slow leak under noise is found', () => {
  const points = Array.from({ length: 300 }, (_, i) => [i / 60, 80_000 + (i / 60) * 40 + noise(i)]);
  assert.equal(leakVerdict(points, 10).leaks, true);
});

test('a leak planted beside real launches is found', async () => {
  const runtime = await createRuntime({ threads: 1 });
  const planted = [];
  const points = [];
  for (let i = 0; i < 60; i += 1) {
    await runtime.run({ language: 'lua', code: 'return 1' });
    planted.push(Buffer.alloc(1024 * 1024, i));
    // One launch counts as a second.
    points.push([i / 60, process.memoryUsage.rss() / 1024]);
  }
  await runtime.close();
  assert.equal(planted.length, 60);
  assert.equal(leakVerdict(points, 10).leaks, true);
});
