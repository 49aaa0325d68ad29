// Making and closing VMs, without a runtime around them.

import { getQuickJS } from 'quickjs-emscripten';
import { LuaFactory } from 'wasmoon';
import { compileEngine, createEngine } from '../dist/engines/load-engine.js';
import { createRuntime } from '../dist/index.js';
import { summary } from './lib/statistics.js';

const host = { write: () => true, stopRequested: () => false };
const program = (language, code) => ({ language, code, name: 'bench', memory: 64 * 1024 ** 2 });

function times(count, work) {
  const sample = [];
  for (let i = 0; i < count; i += 1) {
    const from = performance.now();
    work();
    sample.push((performance.now() - from) * 1000);
  }
  return summary(sample.slice(Math.floor(count / 10)));
}

export async function run({ quick }) {
  const count = quick ? 300 : 2000;
  const lua = await createEngine(await compileEngine('lua'), { polling: false, cellSize: 64 });
  const javascript = await createEngine(await compileEngine('javascript'), { polling: false, cellSize: 64 });
  const results = [];
  const cold = times(count, () => lua.create(program('lua', ''), [], host).close());
  results.push({
    name: 'Lua: create and close, one after the other',
    unit: 'us',
    ...cold,
    target: 'p50 <= 150',
    pass: cold.p50 <= 150,
  });
  const ready = [];
  for (let i = 0; i < count; i += 1) {
    lua.prepare();
    const from = performance.now();
    const vm = lua.create(program('lua', ''), [], host);
    ready.push((performance.now() - from) * 1000);
    vm.close();
  }
  const spare = summary(ready.slice(Math.floor(count / 10)));
  results.push({
    name: 'Lua: create with a ready spare',
    unit: 'us',
    ...spare,
    target: 'p50 <= 10',
    pass: spare.p50 <= 10,
  });
  results.push({
    name: 'JavaScript: create and close, one after the other',
    unit: 'us',
    ...times(quick ? 100 : 500, () => javascript.create(program('javascript', ''), [], host).close()),
  });
  const factory = new LuaFactory();
  const engines = [];
  for (let i = 0; i < (quick ? 30 : 200); i += 1) {
    const from = performance.now();
    (await factory.createEngine()).global.close();
    engines.push((performance.now() - from) * 1000);
  }
  results.push({ name: 'wasmoon: createEngine and close', unit: 'us', ...summary(engines) });
  const quickjs = await getQuickJS();
  results.push({
    name: 'quickjs-emscripten: newContext and dispose',
    unit: 'us',
    ...times(quick ? 100 : 500, () => quickjs.newContext().dispose()),
  });
  const runtime = await createRuntime({ threads: 1 });
  for (const [language, code] of [
    ['lua', 'return 1'],
    ['javascript', '1'],
  ]) {
    const sample = [];
    for (let i = 0; i < count; i += 1) {
      const from = performance.now();
      await runtime.run({ language, code });
      sample.push((performance.now() - from) * 1000);
    }
    results.push({
      name: `runtime: a trivial ${language} task, start to result`,
      unit: 'us',
      ...summary(sample.slice(count / 10)),
    });
  }
  await runtime.close();
  return results;
}
