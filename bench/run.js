// Runs all measures: node bench/run.js [--quick] [--only NAME] [--json FILE]. Exits with 1 if a target is missed.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { machine } from './lib/machine.js';

const MEASURES = [
  'deadline-cost',
  'stop-latency',
  'vm-create',
  'frame-loop',
  'timeouts-in-a-row',
  'host-calls',
  'pools',
  'sync',
  'processes',
  'sockets',
  'tools',
  'kernel',
  'soak',
  'mixed-soak',
];

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' }, json: { type: 'string' } },
});
const number = (value) => (value >= 100 ? value.toFixed(0) : value.toFixed(3));
const report = { machine: machine(), quick: values.quick, results: {} };
let missed = 0;
for (const measure of MEASURES.filter((name) => values.only === undefined || name === values.only)) {
  const { run } = await import(`./${measure}.js`);
  console.log(`\n${measure}`);
  const rows = await run({ quick: values.quick });
  report.results[measure] = rows;
  for (const { name, unit, value, p50, p95, p99, target, pass } of rows) {
    const figures = value === undefined ? `p50 ${number(p50)}  p95 ${number(p95)}  p99 ${number(p99)}` : number(value);
    const verdict = target === undefined ? '' : `  ${pass ? 'ok' : 'MISSED'} (${target})`;
    if (pass === false) missed += 1;
    console.log(`  ${name}: ${figures} ${unit}${verdict}`);
  }
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
process.exitCode = missed > 0 ? 1 : 0;
