// What a deadline costs: the same script with a 30 s timeout and without one, in turn.
import { LuaFactory } from 'wasmoon';
import { createRuntime } from '../dist/index.js';
import { median, summary } from './lib/statistics.js';

const FIB = 'local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end return fib(30)';
const SCRIPTS = {
  'Lua, fib(30)': ['lua', FIB],
  'Lua, loop of 5e7': ['lua', 'local x = 0 for i = 1, 5e7 do x = x + i end return x'],
  'Lua, binary trees': [
    'lua',
    'local function tree(d) if d == 0 then return {} end return { tree(d - 1), tree(d - 1) } end local function check(t) return t[1] and 1 + check(t[1]) + check(t[2]) or 1 end local sum = 0 for i = 1, 20 do sum = sum + check(tree(13)) end return sum',
  ],
  'Lua, strings': [
    'lua',
    'local t = {} for i = 1, 300000 do t[#t + 1] = "item " .. i .. ";" end return #table.concat(t)',
  ],
  'JavaScript, fib(25)': ['javascript', 'function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); } fib(25)'],
};

async function pairs(runtime, [language, code], count) {
  const times = { with: [], without: [] };
  const timed = async (timeout) =>
    (await runtime.start({ language, code }, { limits: { timeout } }).outcome).usage.cpuMs;
  await timed('30s');
  for (let i = 0; i < count; i += 1) {
    // The order changes from pair to pair, so that a drift of the machine favours neither.
    const order = i % 2 === 0 ? ['with', 'without'] : ['without', 'with'];
    for (const which of order) times[which].push(await timed(which === 'with' ? '30s' : null));
  }
  return times;
}

/** The script under wasmoon's own engine and its own timeout, which is a standing hook. */
async function wasmoonTimes(code, count) {
  const times = [];
  const factory = new LuaFactory();
  for (let i = 0; i < count; i += 1) {
    const engine = await factory.createEngine({ functionTimeout: 30_000 });
    engine.global.setTimeout(Date.now() + 30_000);
    const from = performance.now();
    engine.doStringSync(code);
    times.push(performance.now() - from);
    engine.global.close();
  }
  return times;
}

export async function run({ quick }) {
  const runtime = await createRuntime({ threads: 1 });
  const results = [];
  for (const [name, script] of Object.entries(SCRIPTS)) {
    const times = await pairs(runtime, script, quick ? 7 : 21);
    const ratio = median(times.with.map((time, i) => time / times.without[i]));
    results.push(
      { name: `${name}: with a deadline`, unit: 'ms', ...summary(times.with) },
      { name: `${name}: without`, unit: 'ms', ...summary(times.without) },
      {
        name: `${name}: with / without, median of pairs`,
        unit: 'x',
        value: ratio,
        target: '<= 1.01',
        pass: ratio <= 1.01,
      },
    );
    if (script[0] !== 'lua') continue;
    const theirs = await wasmoonTimes(script[1], quick ? 2 : 5);
    const factor = median(theirs) / median(times.with);
    results.push({
      name: `${name}: wasmoon with its timeout / stint with a deadline`,
      unit: 'x',
      value: factor,
      target: '> 1',
      pass: factor > 1,
    });
  }
  await runtime.close();
  return results;
}
