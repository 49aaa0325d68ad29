import { resolve } from 'node:path';
import { type Inspected, inspect } from '../../ledger/inspect.js';
import { type SweepReport, sweep } from '../../ledger/sweep.js';
import { EXIT } from '../exit-status.js';
import { endOnBrokenOutput } from '../signals.js';

export interface DoctorFlags {
  readonly sweep?: boolean;
  readonly json?: boolean;
  readonly directory?: string;
}

/** `stint doctor`: returns the exit status. */
export async function doctor(flags: DoctorFlags): Promise<number> {
  endOnBrokenOutput();
  const where = flags.directory === undefined ? {} : { directory: resolve(flags.directory) };
  const swept = flags.sweep === true ? await sweep(where) : undefined;
  const found = await inspect(where);
  const healthy = found.every(({ state }) => state === 'living');
  process.stdout.write(flags.json === true ? `${JSON.stringify({ healthy, found, swept })}\n` : describe(found, swept));
  return healthy ? EXIT.completed : EXIT.failed;
}

function describe(found: readonly Inspected[], swept: SweepReport | undefined): string {
  const lines: string[] = [];
  if (swept !== undefined) {
    lines.push(
      `reclaimed ${swept.reclaimed.length}, kept ${swept.kept.length}, quarantined ${swept.quarantined.length}`,
    );
    for (const { kind, what } of swept.reclaimed) lines.push(`  reclaimed ${kind} ${what}`);
    for (const { kind, what, reason } of swept.kept) lines.push(`  kept ${kind} ${what}: ${reason}`);
  }
  if (found.length === 0) return [...lines, 'nothing is recorded', ''].join('\n');
  const rows = found.map((each) => [
    each.state,
    each.kind,
    owner(each),
    each.since ?? '',
    each.what,
    each.reason ?? '',
  ]);
  return [...lines, ...table([['STATE', 'KIND', 'OWNER', 'SINCE', 'WHAT', ''], ...rows]), ''].join('\n');
}

function owner({ pid, program, owner }: Inspected): string {
  return pid === undefined ? owner : `${program} (pid ${pid})`;
}

function table(rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
