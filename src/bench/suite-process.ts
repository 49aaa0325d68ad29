/** The process of one run of one suite: sends its rows to the parent, and ends. */
import { messageOf } from '../errors/describe.js';
import type { Measurement } from './measurement.js';
import { RowCollector } from './suite.js';
import { SUITES, type SuiteName } from './suites.js';

/** What the process tells. */
export type FromSuite =
  | { readonly kind: 'done'; readonly title: string; readonly about: string; readonly rows: Measurement[] }
  | { readonly kind: 'failed'; readonly message: string };

const [name, mode] = process.argv.slice(2) as [SuiteName, string];
// A parent that is gone wants no results.
process.once('disconnect', () => process.exit(0));
process.send?.(await measure(), () => process.exit(0));

async function measure(): Promise<FromSuite> {
  try {
    const { title, about, run } = await SUITES[name]();
    const collector = new RowCollector(mode === 'quick');
    await run(collector);
    return { kind: 'done', title, about, rows: collector.rows };
  } catch (error) {
    return { kind: 'failed', message: messageOf(error) };
  }
}
