// Calls out of scripts: the round trip of a host function, one after the other, and a flood of events.
import { createRuntime } from '../dist/index.js';
import { median } from './lib/statistics.js';

const LUA_CALLS = 'for i = 1, ... do functions.add(i, i) end';
const JAVASCRIPT_CALLS = 'for (let i = 0; i < args[0]; i++) await add(i, i)';
const EVENTS = 'for i = 1, ... do events.tick(i) end';

export async function run({ quick }) {
  const [calls, events, rounds] = quick ? [2000, 50_000, 3] : [20_000, 1_000_000, 7];
  const runtime = await createRuntime({ threads: 1, limits: { timeout: '120s', hostCalls: 10_000_000 } });
  const functions = { add: (a, b) => a + b };
  const times = { lua: [], javascript: [], event: [] };
  const rss = [];
  let last = 0;
  let inOrder = true;
  const tick = (i) => {
    inOrder &&= i === last + 1;
    last = i;
  };
  for (let round = 0; round < rounds; round += 1) {
    times.lua.push(await timed(runtime, { language: 'lua', code: LUA_CALLS }, calls, { functions }));
    times.javascript.push(
      await timed(runtime, { language: 'javascript', code: JAVASCRIPT_CALLS }, calls, { functions }),
    );
  }
  for (let round = 0; round < rounds; round += 1) {
    last = 0;
    times.event.push(await timed(runtime, { language: 'lua', code: EVENTS }, events, { events: { tick } }));
    rss.push(process.memoryUsage.rss() / 1024 ** 2);
    if (last !== events || !inOrder) throw new Error('events were lost or came out of order');
  }
  await runtime.close();
  return [
    { name: 'a host function from Lua, round trip', unit: 'us', value: median(times.lua) },
    { name: 'a host function from JavaScript, round trip', unit: 'us', value: median(times.javascript) },
    { name: `an event, of ${events} in order`, unit: 'us', value: median(times.event) },
    { name: 'RSS after the last flood, beyond that after the first', unit: 'MB', value: rss.at(-1) - rss[0] },
  ];
}

/** Microseconds a call. */
async function timed(runtime, source, count, options) {
  const from = performance.now();
  await runtime.run(source, { ...options, args: [count] });
  return ((performance.now() - from) * 1000) / count;
}
