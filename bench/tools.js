// The tool registry in a program: questions about tools, and calls of them, without a wire.
import { createRuntime } from '../dist/index.js';
import { builtinTools, defineTool, ToolRegistry } from '../dist/tools/index.js';
import { median, summary } from './lib/statistics.js';
import { timesAwaited } from './lib/timing.js';

const COMPLEX = 'sqrt(2) * (3 + 4 ^ 2) / sin(1.5) + max(1, 2, 3) * ln(10) - (7 % 4) * 2.5e3';

/** Microseconds of one, each measured over some, as one alone is shorter than the clock's step. */
async function times(count, work, batch = 10) {
  for (let i = 0; i < count / 5; i += 1) await work();
  const sample = [];
  for (let i = 0; i < count; i += 1) {
    const from = performance.now();
    for (let j = 0; j < batch; j += 1) work();
    sample.push(((performance.now() - from) * 1000) / batch);
  }
  return sample;
}

const row = (name, sample, most) => ({
  name,
  unit: 'us',
  ...summary(sample),
  ...(most === undefined ? {} : { target: `p50 <= ${most}`, pass: median(sample) <= most }),
});

export async function run({ quick }) {
  const count = quick ? 500 : 5000;
  const began = performance.now();
  const tools = builtinTools();
  const registry = new ToolRegistry({ tools });
  const made = (performance.now() - began) * 1000;
  registry.add(
    defineTool({
      name: 'bench.square',
      description: 'The square of a number.',
      category: 'bench',
      security: 'safe',
      input: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] },
      output: { type: 'number' },
      handler: ({ n }) => n * n,
    }),
  );
  const policy = { security: 'privileged', deny: ['process.run'] };
  const view = registry.under(policy);
  const audited = new ToolRegistry({ tools: [registry.get('calculator')] }).on('call', () => undefined);
  const results = [
    { name: `make a registry of ${tools.length} tools`, unit: 'us', value: made },
    row('registry: list', await times(count, () => registry.list()), 5),
    row('registry: list of a category', await times(count, () => registry.list({ category: 'text' })), 5),
    row('registry: info', await times(count, () => registry.info('calculator')), 5),
    row('view under a policy: list', await times(count, () => view.list()), 50),
    row('search, two words', await timesAwaited(count, () => registry.search('query json')), 50),
    row('call: a tool of one line', await timesAwaited(count, () => registry.call('bench.square', { n: 3 })), 50),
    row(
      'call: calculator, simple',
      await timesAwaited(count, () => registry.call('calculator', { expression: '6 * 7' })),
      50,
    ),
    row(
      'call: calculator, complex',
      await timesAwaited(count, () => registry.call('calculator', { expression: COMPLEX })),
      50,
    ),
    row(
      'call: with an audit',
      await timesAwaited(count, () => audited.call('calculator', { expression: '6 * 7' })),
      50,
    ),
    row(
      'call: refused by the policy',
      await timesAwaited(count, () => registry.call('process.run', {}, { policy }).catch(() => 0)),
      50,
    ),
    row(
      'call: an input that is refused',
      await timesAwaited(count, () => registry.call('calculator', {}).catch(() => 0)),
      50,
    ),
  ];
  const runtime = await createRuntime({ threads: 1, tools: registry });
  const calls = quick ? 200 : 2000;
  for (const [language, code] of [
    ['lua', `for i = 1, ${calls} do tool.bench.square{ n = i } end`],
    ['javascript', `for (let n = 0; n < ${calls}; n += 1) await tool.bench.square({ n })`],
  ]) {
    const sample = [];
    for (let i = 0; i < 6; i += 1) {
      const from = performance.now();
      await runtime.run({ language, code }, { tools: true });
      if (i > 0) sample.push(((performance.now() - from) * 1000) / calls);
    }
    results.push(row(`call from a ${language} script`, sample));
  }
  await runtime.close();
  return results;
}
