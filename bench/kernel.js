// The kernel: how fast it is there, what it holds, and round trips: in the process, over a unix socket alone and with 10,000 clients, and MCP.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect, createKernel } from '../dist/kernel/index.js';
import { median, summary } from './lib/statistics.js';
import { timesAwaited } from './lib/timing.js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const SIMPLE = { expression: '2 + 2' };
const COMPLEX = { expression: 'sqrt(2) * (3 + 4 ^ 2) / sin(1.5) + max(1, 2, 3) * ln(10) - (7 % 4) * 2.5e3' };

export async function run({ quick }) {
  const folder = mkdtempSync(join(tmpdir(), 'stint-bench-kernel-'));
  try {
    return [
      ...(await starts(quick ? 5 : 30)),
      ...(await memory(folder)),
      ...(await inProcess(quick ? 500 : 5000)),
      ...(await overSocket(folder, quick ? 500 : 5000)),
      ...(await manyClients(folder, quick ? 2000 : 10_000, quick ? 1 : 5)),
      ...(await mcp(quick ? 100 : 1000)),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const bar = (sample, most) => ({ ...sample, target: `p50 <= ${most}`, pass: sample.p50 <= most });

/** From nothing but a warm process to an answer: runtime with its threads, all tools, a client, one call. */
async function starts(count) {
  const [tool, lua] = [[], []];
  for (let i = 0; i < count + 3; i += 1) {
    const from = performance.now();
    const kernel = await createKernel();
    const client = kernel.client();
    await client.tools.call('calculator', SIMPLE);
    const first = performance.now();
    await client.scripts.run({ language: 'lua', code: 'return 1' });
    if (i >= 3) {
      tool.push(first - from);
      lua.push(performance.now() - from);
    }
    await kernel.close();
  }
  return [
    { name: 'kernel with all tools, start to the first answer of a tool', unit: 'ms', ...bar(summary(tool), 36.5) },
    { name: 'the same, and then that of a Lua script', unit: 'ms', ...bar(summary(lua), 36.5) },
  ];
}

async function memory(folder) {
  const rows = [];
  for (const [kind, name, most] of [
    ['bare', 'a bare Node process'],
    ['kernel', 'kernel with all tools, idle', 50],
    ['loaded', 'kernel after 2,000 calls, 200 scripts, with 10 sessions', 100],
  ]) {
    const sample = [];
    for (let i = 0; i < 5; i += 1) {
      const { child, rss } = await serve(kind, join(folder, `${kind}${i}`));
      sample.push(rss / 1024 ** 2);
      await end(child);
    }
    const value = median(sample);
    rows.push({
      name: `RSS of ${name}`,
      unit: 'MB',
      value,
      ...(most && { target: `<= ${most}`, pass: value <= most }),
    });
  }
  return rows;
}

async function inProcess(count) {
  const kernel = await createKernel();
  const { tools } = kernel.client();
  const measures = [
    ['call, simple', () => tools.call('calculator', SIMPLE)],
    ['call, complex', () => tools.call('calculator', COMPLEX)],
    ['info', () => tools.info('calculator')],
    ['search', () => tools.search('rows of a csv')],
    ['list', () => tools.list()],
    ['list, filtered', () => tools.list({ category: 'text' })],
  ];
  const rows = [];
  for (const [name, work] of measures) {
    rows.push({ name: `in the process: ${name}`, unit: 'us', ...bar(summary(await timesAwaited(count, work)), 50) });
  }
  await kernel.close();
  return rows;
}

async function overSocket(folder, count) {
  const [path, echoPath] = [join(folder, 'one'), join(folder, 'echo')];
  const { child } = await serve('kernel', path);
  const echo = await serve('echo', echoPath);
  const client = await connect(path);
  const socket = connectSocket(echoPath);
  await once(socket, 'connect');
  const line = '{"jsonrpc":"2.0","id":1,"method":"ping","params":{}}\n';
  const plain = async () => {
    socket.write(line);
    await once(socket, 'data');
  };
  const rows = [
    {
      name: 'over a unix socket, another process: a plain Node echo',
      unit: 'us',
      ...summary(await timesAwaited(count, plain)),
    },
    { name: 'the same: ping', unit: 'us', ...bar(summary(await timesAwaited(count, () => client.ping())), 100) },
    {
      name: 'the same: call',
      unit: 'us',
      ...bar(summary(await timesAwaited(count, () => client.tools.call('calculator', SIMPLE))), 100),
    },
  ];
  await client.close();
  socket.destroy();
  await end(child);
  await end(echo.child);
  return rows;
}

async function manyClients(folder, count, runs) {
  const results = { kernel: [], echo: [] };
  for (let i = 0; i < runs; i += 1) {
    for (const kind of ['kernel', 'echo']) {
      const path = join(folder, `${kind}-many${i}`);
      const { child } = await serve(kind, path);
      const clients = fork(here('kernel/clients.js'), [path, String(count)]);
      const [result] = await Promise.race([once(clients, 'message'), once(clients, 'exit').then(() => [undefined])]);
      if (result?.right !== count)
        throw new Error(`${result?.right} of ${count} clients of the ${kind} got their answer`);
      results[kind].push(result);
      await end(child);
    }
  }
  const of = (kind, key) => median(results[kind].map((result) => result[key]));
  const rate = (kind) => median(results[kind].map(({ answerMs }) => count / (answerMs / 1000)));
  return ['kernel', 'echo'].flatMap((kind) => {
    const name =
      kind === 'kernel'
        ? `${count} clients at once, each calling a tool`
        : `${count} clients at once of a plain Node echo`;
    return [
      { name: `${name}: all answered`, unit: 'msg/s', value: rate(kind) },
      { name: `${name}: latency p50`, unit: 'ms', value: of(kind, 'p50') },
      { name: `${name}: latency p99`, unit: 'ms', value: of(kind, 'p99') },
    ];
  });
}

/** Beside the one example server of the SDK that speaks over standard input and output. */
async function mcp(count) {
  const require = createRequire(import.meta.url);
  const sdk = dirname(require.resolve('@modelcontextprotocol/sdk/client'));
  const { Client } = await import('@modelcontextprotocol/sdk/client/index.js');
  const { StdioClientTransport } = await import('@modelcontextprotocol/sdk/client/stdio.js');
  const example = join(sdk, '..', '..', 'esm', 'examples', 'server', 'mcpServerOutputSchema.js');
  const servers = {
    'stint mcp': [[here('../dist/cli/main.cjs'), 'mcp', '--no-daemon'], { name: 'calculator', arguments: SIMPLE }],
    "the SDK's example server": [[example], { name: 'get_weather', arguments: { city: 'x', country: 'y' } }],
  };
  const rows = [];
  for (const [name, [args, call]] of Object.entries(servers)) {
    const client = new Client({ name: 'bench', version: '1' });
    await client.connect(new StdioClientTransport({ command: process.execPath, args, stderr: 'ignore' }));
    rows.push({
      name: `MCP over stdio, ${name}: call`,
      unit: 'us',
      ...summary(await timesAwaited(count, () => client.callTool(call))),
    });
    await client.close();
  }
  return rows;
}

async function serve(kind, path) {
  const child = fork(here('kernel/server.js'), [kind, path], { execArgv: ['--expose-gc'] });
  const [{ rss }] = await once(child, 'message');
  return { child, rss };
}

async function end(child) {
  const exit = once(child, 'exit');
  child.disconnect();
  await exit;
}
