import type { Statistic, Target, Unit } from './measurement.js';

const SIGNIFICANT = 3;
const SIGNS = { us: 'µs', ms: 'ms', s: 's', '/s': '/s', MB: 'MB', KB: 'KB', bytes: 'B', x: '×', count: '' } as const;

/** A number with three digits that say something: 0.0123, 4.57, 1,234. */
export function number(value: number): string {
  if (value === 0) return '0';
  if (Number.isInteger(value) || Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return Number(value.toPrecision(SIGNIFICANT)).toString();
}

/** A number with its unit. */
export function quantity(value: number, unit: Unit): string {
  return `${number(value)} ${SIGNS[unit]}`.trim();
}

/** A target in words: `p95 ≤ 5 ms`. `max` and the like of a single value say nothing, so they are left out. */
export function targetText(target: Target, unit: Unit, single: boolean): string {
  const relation = { '<=': '≤', '>=': '≥', '=': '=' }[target.relation];
  return `${single ? '' : `${NAMES[target.statistic]} `}${relation} ${quantity(target.value, unit)}`;
}

const NAMES: Record<Statistic, string> = { min: 'min', p50: 'p50', p95: 'p95', p99: 'p99', max: 'max', mean: 'mean' };

export function percent(share: number): string {
  return `${number(share * 100)} %`;
}
