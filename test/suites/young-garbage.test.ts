import { expect, it } from 'vitest';
import { openRuntime } from '../open-runtime.js';

const module = new URL('modules/old-space.mjs', import.meta.url);
const { oldSpace } = (await import(module.href)) as { oldSpace(): number };
const TASKS = 4000;
const ROUNDS = 9;
/** A number or two may become old in each round, and so may what V8 compiles; an object for each task is 60 and more. */
const MOST_BYTES = 30;

it('a task leaves nothing for a full collection, neither on its thread nor at its caller', async () => {
  const runtime = await openRuntime({ threads: 1, slots: 64 });
  const runTasks = async (count: number): Promise<void> => {
    const lane = async (): Promise<void> => {
      for (let i = 0; i < count / 64; i += 1) await runtime.run({ module, export: 'nothing' }, { args: [i] });
    };
    await Promise.all(Array.from({ length: 64 }, lane));
  };
  const measure = async (): Promise<[here: number, there: number]> => [
    oldSpace(),
    await runtime.run<number>({ module, export: 'oldSpace' }),
  ];
  await runTasks(10 * TASKS);
  const grown: { here: number[]; there: number[] } = { here: [], there: [] };
  for (let i = 0; i < ROUNDS; i += 1) {
    const before = await measure();
    await runTasks(TASKS);
    const after = await measure();
    grown.here.push((after[0] - before[0]) / TASKS);
    grown.there.push((after[1] - before[1]) / TASKS);
  }
  const median = (values: number[]): number => values.toSorted((a, b) => a - b)[(ROUNDS - 1) / 2] as number;
  expect(median(grown.here)).toBeLessThan(MOST_BYTES);
  expect(median(grown.there)).toBeLessThan(MOST_BYTES);
});
