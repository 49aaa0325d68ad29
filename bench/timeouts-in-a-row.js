// A hundred launches one after the other, each of which times out after 150 ms.
import { createRuntime } from '../dist/index.js';
import { summary } from './lib/statistics.js';

const TIMEOUT_MS = 150;

export async function run({ quick }) {
  const count = quick ? 30 : 100;
  const runtime = await createRuntime({ threads: 1 });
  const launch = () =>
    runtime.start({ language: 'lua', code: 'while true do end' }, { limits: { timeout: TIMEOUT_MS } }).outcome;
  for (let i = 0; i < 10; i += 1) await launch();
  const before = process.memoryUsage.rss();
  const late = [];
  const from = performance.now();
  for (let i = 0; i < count; i += 1) {
    const at = performance.now();
    await launch();
    late.push(performance.now() - at - TIMEOUT_MS);
  }
  const total = (performance.now() - from) / 1000;
  const growth = (process.memoryUsage.rss() - before) / 1024 ** 2;
  await runtime.close();
  const bound = (count / 100) * 15.5;
  return [
    {
      name: `${count} launches that time out at ${TIMEOUT_MS} ms`,
      unit: 's',
      value: total,
      target: `< ${bound}`,
      pass: total < bound,
    },
    { name: 'time beyond the timeout, start to outcome', unit: 'ms', ...summary(late) },
    { name: 'RSS afterwards, against before', unit: 'MiB', value: growth, target: '< 2', pass: growth < 2 },
  ];
}
