// Functions of modules: stint beside the pools that its users would pick instead, two threads each, all of them in every round.
import { POOLS, rawPingPong, STINT } from './lib/pools.js';
import { median } from './lib/statistics.js';

const THREADS = 2;
const RAW = 'raw postMessage';
const MEGABYTE = 1024 ** 2;

/** Microseconds a call, one after the other. */
async function roundTrip(pool, name, argument, calls) {
  const times = [];
  for (let i = 0; i < calls; i += 1) {
    const given = argument();
    const from = performance.now();
    await pool.call(name, given);
    times.push((performance.now() - from) * 1000);
  }
  return median(times);
}

/** Calls a second, with so many on their way. */
async function rate(pool, name, argument, calls, inFlight, transferred) {
  let started = 0;
  const lane = async () => {
    while (started < calls) {
      started += 1;
      const given = argument();
      await pool.call(name, given, transferred?.(given));
    }
  };
  const from = performance.now();
  await Promise.all(Array.from({ length: inFlight }, lane));
  return calls / ((performance.now() - from) / 1000);
}

const items = Array.from({ length: 20 }, (_, i) => ({ name: `item ${i}`, price: i, tags: ['a', 'b'] }));
const buffer = () => new Uint8Array(MEGABYTE);

/** Each: what one pool takes in one round. `more` is better, or less. */
const MEASURES = [
  {
    title: 'trivial task, round trip',
    unit: 'us',
    less: true,
    raw: true,
    one: (pool, n) => roundTrip(pool, 'trivial', () => 1, 16_000 * n),
  },
  {
    title: 'trivial tasks, 64 in flight',
    unit: '/s',
    factor: 4,
    one: (pool, n) => rate(pool, 'trivial', () => 1, 160_000 * n, 64),
  },
  {
    title: 'tasks of 100 us, 64 in flight',
    unit: '/s',
    factor: 1,
    one: (pool, n) => rate(pool, 'busy', () => 100, 8000 * n, 64),
  },
  {
    title: 'objects of 2 KB, 64 in flight',
    unit: '/s',
    factor: 1,
    one: (pool, n) => rate(pool, 'summed', () => ({ items }), 8000 * n, 64),
  },
  {
    title: '1 MB copied, 8 in flight',
    unit: '/s',
    factor: 1,
    one: (pool, n) => rate(pool, 'size', buffer, 800 * n, 8),
  },
  {
    title: '1 MB transferred, 8 in flight',
    unit: '/s',
    factor: 1,
    one: (pool, n) => rate(pool, 'size', buffer, 800 * n, 8, (bytes) => [bytes.buffer]),
  },
];

export async function run({ quick }) {
  const [rounds, scale] = quick ? [2, 0.25] : [5, 1];
  const makers = { [RAW]: rawPingPong, ...POOLS };
  const samples = new Map(MEASURES.map((measure) => [measure, {}]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, make] of Object.entries(makers)) {
      const pool = await make(THREADS);
      for (const measure of MEASURES) {
        if (name === RAW && measure.raw !== true) continue;
        // What is measured is what a pool does that has run for a while: V8 has compiled by then what runs often.
        await measure.one(pool, scale / 2);
        samples.get(measure)[name] ??= [];
        samples.get(measure)[name].push(await measure.one(pool, scale));
      }
      await pool.end();
    }
  }
  return MEASURES.flatMap((measure) => rowsOf(measure, samples.get(measure), quick));
}

function rowsOf({ title, unit, less, factor }, samples, quick) {
  const values = Object.fromEntries(Object.entries(samples).map(([name, sample]) => [name, median(sample)]));
  const rivals = Object.entries(values).filter(([name]) => name !== STINT);
  const rows = Object.entries(values).map(([name, value]) => ({ name: `${title}: ${name}`, unit, value }));
  const best = less ? Math.min(...rivals.map(([, value]) => value)) : Math.max(...rivals.map(([, value]) => value));
  const value = less ? values[STINT] / best : values[STINT] / best;
  const target = less ? '<= 1' : `>= ${factor}`;
  const row = { name: `${title}: stint to the best other`, unit: 'x', value };
  // A short run is too noisy to judge.
  rows.push(quick ? row : { ...row, target, pass: less ? value <= 1 : value >= factor });
  return rows;
}
