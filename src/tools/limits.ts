import { invalid } from '../errors/invalid.js';
import { readOptions } from '../runtime/read-options.js';
import { parseBytes, parseDuration } from '../runtime/units.js';
import type { ResolvedToolLimits } from './tool.js';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

export const DEFAULT_TOOL_LIMITS: ResolvedToolLimits = {
  timeout: 30_000,
  memory: 64 * MIB,
  output: 16 * MIB,
  input: 16 * MIB,
};

const bytes = (value: unknown, name: string): number => parseBytes(value, name, 0, GIB);

const READERS = {
  timeout: (value: unknown, name: string): number => {
    const ms = parseDuration(value, name);
    if (ms === 0) throw invalid(name, value, 'more than 0');
    return ms;
  },
  memory: bytes,
  output: bytes,
  input: bytes,
};

/** Reads `ToolLimits`. @throws StintError `INVALID_ARGUMENT` */
export function readToolLimits(value: unknown, name: string): Partial<ResolvedToolLimits> {
  return readOptions(value, name, READERS);
}

/** The lower of two sets of limits, each by itself. */
export function lowerLimits(limits: ResolvedToolLimits, bounds: Partial<ResolvedToolLimits>): ResolvedToolLimits {
  const lower = (key: keyof ResolvedToolLimits): number => Math.min(limits[key], bounds[key] ?? limits[key]);
  return { timeout: lower('timeout'), memory: lower('memory'), output: lower('output'), input: lower('input') };
}
