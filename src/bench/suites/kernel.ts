import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createKernel } from '../../kernel/index.js';
import { inMicroseconds, timeEach } from '../clock.js';
import { atMost, SOURCES } from '../measurement.js';
import type { Suite, SuiteContext } from '../suite.js';

const SIMPLE = { expression: '2 + 2' };
const COMPLEX = { expression: 'sqrt(2) * (3 + 4 ^ 2) / sin(1.5) + max(1, 2, 3) * ln(10) - (7 % 4) * 2.5e3' };
const MB = 1024 ** 2;

export const suite: Suite = {
  title: 'Kernel',
  about:
    'The kernel with all built-in tools: how fast it is there, what it holds, and requests in the process and over a unix socket.',
  async run(context) {
    await measureStarts(context);
    await measureRequests(context);
  },
};

async function measureStarts(context: SuiteContext): Promise<void> {
  const before = process.memoryUsage.rss();
  const [tool, script]: [number[], number[]] = [[], []];
  let held = 0;
  for (let i = 0; i < context.size(20, 2) + 1; i += 1) {
    const from = performance.now();
    await using kernel = await createKernel();
    const client = kernel.client();
    await client.tools.call('calculator', SIMPLE);
    const answered = performance.now();
    if (i === 0) held = process.memoryUsage.rss() - before;
    await client.scripts.run({ language: 'lua', code: 'return 1' });
    // The first one loads what the others find.
    if (i === 0) continue;
    tool.push(answered - from);
    script.push(performance.now() - from);
  }
  context.row({
    id: 'first-answer',
    title: 'from nothing to the first answer of a tool',
    unit: 'ms',
    values: tool,
    targets: [atMost('p50', 36.5, SOURCES.kernel)],
  });
  context.row({
    id: 'first-script',
    title: 'from nothing to the result of a Lua script',
    unit: 'ms',
    values: script,
    targets: [atMost('p50', 36.5, SOURCES.kernel)],
    note: 'a thread of Node takes 25 to 40 ms to be there',
  });
  context.row({
    id: 'memory',
    title: 'resident memory of a kernel that has answered once, beyond the process without',
    unit: 'MB',
    values: [held / MB],
  });
}

async function measureRequests(context: SuiteContext): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'stint-bench-kernel-'));
  try {
    await using kernel = await createKernel();
    const count = context.size(2000, 100);
    const { tools } = kernel.client();
    const requests = {
      simple: ['in the process: calculator, 2 + 2', () => tools.call('calculator', SIMPLE)],
      complex: ['in the process: calculator, a long expression', () => tools.call('calculator', COMPLEX)],
      info: ['in the process: what a tool is', () => tools.info('calculator')],
      search: ['in the process: search', () => tools.search('rows of a csv')],
      list: ['in the process: list', () => tools.list()],
      filtered: ['in the process: list of a category', () => tools.list({ category: 'text' })],
    } as const;
    for (const [id, [title, request]] of Object.entries(requests)) {
      const values = inMicroseconds(await timeEach(count, request, count / 2));
      context.row({ id, title, unit: 'us', values, targets: [atMost('p50', 50, SOURCES.kernel)] });
    }
    const path = join(folder, 'kernel.sock');
    await kernel.listen({ unix: path });
    await using client = await connect(path);
    for (const [id, title, request] of [
      ['socket-ping', 'over a unix socket, both ends in one thread: ping', () => client.ping()],
      ['socket-call', 'the same: calculator', () => client.tools.call('calculator', SIMPLE)],
    ] as const) {
      const values = inMicroseconds(await timeEach(count, request, count / 2));
      context.row({ id, title, unit: 'us', values, targets: [atMost('p50', 100, SOURCES.own)] });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
