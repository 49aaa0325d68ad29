import type { ScriptLanguage, StintError } from '../errors/stint-error.js';

/** Whether a syntax error only says that the input is not all there yet. */
export async function isIncomplete(language: ScriptLanguage, code: string, error: StintError): Promise<boolean> {
  if (error.code !== 'SCRIPT_SYNTAX') return false;
  return language === 'lua' ? error.message.endsWith('<eof>') : await endsTooEarly(code);
}

/** What swc's parser says of a source that it cannot read. */
interface Refusal {
  readonly message?: unknown;
  readonly startLine?: unknown;
  readonly startColumn?: unknown;
  readonly endLine?: unknown;
  readonly endColumn?: unknown;
}

/** QuickJS does not say where it gave up. This parser does, and TypeScript is a superset of JavaScript. */
async function endsTooEarly(code: string): Promise<boolean> {
  const { transformSync } = await import('@swc/wasm-typescript');
  try {
    transformSync(code, { mode: 'strip-only' });
    return false;
  } catch (thrown) {
    const { message, startLine, startColumn, endLine, endColumn } = thrown as Refusal;
    if (message === 'Unterminated template' || message === 'Unterminated block comment') return true;
    // Nothing has no extent: what it met is the end of the input.
    return startLine !== undefined && startLine === endLine && startColumn === endColumn;
  }
}
