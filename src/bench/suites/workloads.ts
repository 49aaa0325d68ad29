import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRuntime } from '../../runtime/create-runtime.js';
import type { Runtime } from '../../runtime/runtime.js';
import { timeEach } from '../clock.js';
import { atLeast, atMost, SOURCES } from '../measurement.js';
import type { Suite, SuiteContext } from '../suite.js';

const ROWS = 200;
const WAITERS = 50;
const WAIT_MS = 100;
const MOST_MS = 1000;
const LEAST_PER_SECOND = 10;

/** Reads a template and data, renders every row, and writes the page. */
const RENDER = `
  local template, data = functions.read("template"), functions.read("data")
  local page = {}
  for name, amount in data:gmatch("([^,\\n]+),(%d+)") do
    local row = { name = name, amount = ("%.2f"):format(amount / 100) }
    page[#page + 1] = template:gsub("{{(%w+)}}", row)
  end
  local text = table.concat(page, "\\n")
  functions.write(text)
  return #text`;

/** One node of the graph: some work on what its parents gave. */
const NODE =
  'local sum = 0 for _, n in ipairs(...) do for i = 1, 20000 do sum = (sum + n * i) % 1000003 end end return sum';

export const suite: Suite = {
  title: 'Workloads',
  about:
    'Whole commands: a template filled from files, a graph of tasks that wait for each other, and scripts that mostly wait.',
  async run(context) {
    const runtime = await createRuntime({ slots: WAITERS });
    await measureTemplate(context, runtime);
    await measureGraph(context, runtime);
    await measureWaiting(context, runtime);
    await runtime.close();
  },
};

async function measureTemplate(context: SuiteContext, runtime: Runtime): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'stint-bench-'));
  try {
    await writeFile(join(folder, 'template'), '<tr><td>{{name}}</td><td>{{amount}}</td></tr>');
    await writeFile(join(folder, 'data'), Array.from({ length: ROWS }, (_, i) => `customer ${i},${i * 37}\n`).join(''));
    const functions = {
      read: (name: unknown) => readFile(join(folder, String(name)), 'utf8'),
      write: async (text: unknown) => {
        await writeFile(join(folder, 'page'), String(text));
        return null;
      },
    };
    const times = await timeEach(
      context.size(300, 20),
      () => runtime.run({ language: 'lua', code: RENDER }, { functions }),
      5,
    );
    context.row({
      id: 'template',
      title: `template with ${ROWS} rows: read, render, write`,
      unit: 'ms',
      values: times,
      targets: [atMost('max', MOST_MS, SOURCES.bridge)],
    });
    context.row({ id: 'template-rate', title: 'templates, one after the other', ...rate(times) });
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Four layers of 1, 4, 4 and 1: each node starts when those of the layer before have ended. */
async function measureGraph(context: SuiteContext, runtime: Runtime): Promise<void> {
  const node = (inputs: number[]): Promise<number> => runtime.run({ language: 'lua', code: NODE }, { args: [inputs] });
  const layer = (width: number, inputs: number[]): Promise<number[]> =>
    Promise.all(Array.from({ length: width }, (_, i) => node([inputs[i % inputs.length] as number])));
  const graph = async (): Promise<number> => {
    const first = await layer(4, [await node([1])]);
    return node(await layer(4, first));
  };
  const times = await timeEach(context.size(100, 8), graph, 3);
  context.row({
    id: 'graph',
    title: 'graph of ten tasks in four layers',
    unit: 'ms',
    values: times,
    targets: [atMost('max', MOST_MS, SOURCES.bridge)],
  });
  context.row({ id: 'graph-rate', title: 'graphs, one after the other', ...rate(times) });
}

async function measureWaiting(context: SuiteContext, runtime: Runtime): Promise<void> {
  const functions = { lookUp: async (key: unknown) => Number(key) };
  const wait = (i: number): Promise<number> =>
    runtime.run({ language: 'lua', code: `sleep(${WAIT_MS}) return functions.lookUp(...)` }, { args: [i], functions });
  const times = await timeEach(
    context.size(20, 1),
    () => Promise.all(Array.from({ length: WAITERS }, (_, i) => wait(i))),
    context.size(1, 0),
  );
  context.row({
    id: 'waiting',
    title: `${WAITERS} scripts at once that wait ${WAIT_MS} ms and call the host`,
    unit: 'ms',
    values: times,
    targets: [atMost('max', MOST_MS, SOURCES.bridge)],
    note: `one after the other they would take ${WAITERS * WAIT_MS} ms`,
  });
}

function rate(times: number[]) {
  const seconds = times.reduce((sum, ms) => sum + ms, 0) / 1000;
  return {
    unit: '/s' as const,
    better: 'higher' as const,
    values: [times.length / seconds],
    targets: [atLeast('p50', LEAST_PER_SECOND, SOURCES.bridge)],
  };
}
