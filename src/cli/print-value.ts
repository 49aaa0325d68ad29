import { inspect } from 'node:util';
import type { Value } from '../values/value.js';

/** What to print for a script's result: a text as it is, nothing for nothing, the rest as a literal. */
export function valueText(value: Value): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return `${value}\n`;
  return `${inspect(value, { depth: 8, colors: process.stdout.isTTY && !process.env['NO_COLOR'] })}\n`;
}
