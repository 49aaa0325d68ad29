// 10,000 clients at once: each connects to an echo server, sends 64 bytes, waits for them to come back.
//
// Every run has a process of its own with client and server in it. `paced` is the reference load, 100 clients every 5 ms;
// `gate` means that the server answers nobody before all are connected.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median } from './lib/statistics.js';
import { buildEpollPair } from './sockets/epoll-pair.js';

const VARIANT = fileURLToPath(new URL('sockets/variant.js', import.meta.url));
const CLIENTS = 10_000;
const LONGEST_RUN_MS = 60_000;
/** Descriptors that a run needs besides two for each client. */
const OTHER_DESCRIPTORS = 300;

const NET_PAIR = 'net, two threads';
const LOADS = [
  { name: 'net, one thread', paced: true },
  { name: NET_PAIR, paced: true },
  { name: NET_PAIR, paced: false },
  { name: 'modules', paced: true },
  { name: 'modules', paced: false },
  { name: 'scripts', paced: true, bars: { ms: 3000, rssMb: 700 } },
  { name: 'scripts', paced: false },
  { name: 'scripts', paced: true, gated: true },
  { name: 'scripts on both ends', paced: true },
];

export async function run({ quick }) {
  const runs = quick ? 1 : 20;
  const clients = quick ? 2000 : Math.min(CLIENTS, Math.floor((openFiles() - OTHER_DESCRIPTORS) / 2));
  if (!quick && clients < CLIENTS) {
    console.log(`  ${clients} clients: the limit of open files is ${openFiles()} (ulimit -n); 10,000 need 20,300`);
  }
  const results = new Map(LOADS.map((load) => [load, []]));
  const epoll = buildEpollPair();
  const ofEpoll = [];
  for (let i = 0; i < runs; i += 1) {
    for (const load of LOADS) results.get(load).push(runOnce(load, clients));
    if (epoll !== undefined) ofEpoll.push(await epoll.run(clients, true));
  }
  epoll?.remove();
  const rows = LOADS.flatMap((load) => rowsOf(load, results.get(load), clients, quick));
  if (ofEpoll.length > 0) rows.push(timeRow('C epoll, two processes, paced', ofEpoll));
  if (!quick) rows.push(ratioRow(results));
  return rows;
}

function runOnce({ name, paced, gated }, count) {
  const options = { name, paced, count, ...(gated ? { gate: count } : {}) };
  const { stdout, status } = spawnSync(process.execPath, [VARIANT, JSON.stringify(options)], {
    encoding: 'utf8',
    timeout: LONGEST_RUN_MS,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // A run that loses a client waits for it in vain.
  if (status !== 0) return { ms: LONGEST_RUN_MS, right: 0, p50: LONGEST_RUN_MS, p99: LONGEST_RUN_MS, peakRss: 0 };
  return JSON.parse(stdout);
}

function rowsOf({ name, paced, gated, bars }, results, clients, quick) {
  const title = `${name}, ${gated ? 'gated' : paced ? 'paced' : 'at once'}`;
  const wrong = results.filter(({ right }) => right !== clients).length;
  const rssMb = Math.max(...results.map(({ peakRss }) => peakRss)) / 1024 ** 2;
  const time = timeRow(title, results);
  const bar = (row, limit) =>
    bars === undefined || quick ? row : { ...row, target: `< ${limit}`, pass: row.value < limit };
  return [
    bar(time, bars?.ms),
    { name: `${title}: messages`, unit: '/s', value: clients / (time.value / 1000) },
    { name: `${title}: a client's time, p50`, unit: 'ms', value: median(results.map(({ p50 }) => p50)) },
    { name: `${title}: a client's time, p99`, unit: 'ms', value: median(results.map(({ p99 }) => p99)) },
    bar({ name: `${title}: peak RSS`, unit: 'MB', value: rssMb }, bars?.rssMb),
    { name: `${title}: runs with a wrong answer`, unit: 'runs', value: wrong, target: '0', pass: wrong === 0 },
  ];
}

function timeRow(title, results) {
  return { name: title, unit: 'ms', value: median(results.map(({ ms }) => ms)) };
}

/** The bar for modules: no slower than plain `node:net` in two threads. */
function ratioRow(results) {
  const timeOf = (name) =>
    median(results.get(LOADS.find((load) => load.name === name && load.paced)).map(({ ms }) => ms));
  const value = timeOf('modules') / timeOf(NET_PAIR);
  return { name: 'modules to net in two threads, paced', unit: 'x', value, target: '<= 1.0', pass: value <= 1 };
}

function openFiles() {
  const limit = spawnSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).stdout.trim();
  return limit === 'unlimited' ? Number.POSITIVE_INFINITY : Number(limit);
}
