import { styleText } from 'node:util';
import { messageOf } from '../errors/describe.js';
import { isStintError, type StintError } from '../errors/stint-error.js';
import { EXIT } from './exit-status.js';
import { inFlags } from './in-flags.js';

/** What a command was told wrongly, the name of a tool for one. */
const USAGE: readonly string[] = ['INVALID_ARGUMENT', 'TOOL_NOT_FOUND'];

/** What these say are a script's own words. */
const FROM_SCRIPT: readonly string[] = ['SCRIPT_ERROR', 'SCRIPT_SYNTAX'];
/** Limits of a script that are flags of the same name. */
const OWN_LIMIT = /\blimits\.(memory|output)\b/;

/** Prints what went wrong with the command itself; returns the exit status for it. */
export function report(error: unknown): number {
  process.stderr.write(`stint: ${inFlags(messageOf(error)).replace(/^stint /, '')}\n`);
  return isStintError(error) && USAGE.includes(error.code) ? EXIT.usage : EXIT.runtime;
}

/** What to print about a task that did not complete: one line, and the script's own calls if there are any. */
export function describeFailure(name: string, error: StintError): string {
  const told = FROM_SCRIPT.includes(error.code) ? error.message : inFlags(error.message).replace(OWN_LIMIT, '--$1');
  const message = told.startsWith(`${name}:`) || told.includes(name) ? told : `${name}: ${position(error)}${told}`;
  const title =
    error.scriptErrorName === undefined || error.message.startsWith(error.scriptErrorName)
      ? ''
      : ` (${error.scriptErrorName})`;
  const lines = [red(`stint: ${message}${title}`)];
  if (error.code === 'SCRIPT_ERROR' && error.traceback !== undefined) {
    lines.push(...error.traceback.split('\n').map((line) => `  ${line.trim()}`));
  }
  return `${lines.join('\n')}\n`;
}

function position(error: StintError): string {
  return error.line === undefined ? '' : `line ${error.line}: `;
}

function red(text: string): string {
  return process.stderr.isTTY && !process.env['NO_COLOR'] ? styleText('red', text) : text;
}
