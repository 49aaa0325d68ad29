import type { ScriptLanguage, StintError } from '../errors/stint-error.js';

/** Whether a syntax error only says that the input is not all there yet. */
export function isIncomplete(language: ScriptLanguage, code: string, error: StintError): boolean {
  if (error.code !== 'SCRIPT_SYNTAX') return false;
  if (language === 'lua') return error.message.endsWith('<eof>');
  return hasOpenBracket(code);
}

const CLOSERS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Whether a bracket, a template or a block comment is open at the end of a JavaScript source. */
function hasOpenBracket(code: string): boolean {
  const open: string[] = [];
  const parts = code.matchAll(
    /\/\/.*|\/\*[\s\S]*?(?:\*\/|$)|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*(?:`|$)|[()[\]{}]/g,
  );
  for (const [part] of parts) {
    if (part.startsWith('/*') && !part.endsWith('*/')) return true;
    if (part.startsWith('`') && (part.length === 1 || !part.endsWith('`'))) return true;
    if (CLOSERS[part] !== undefined) open.push(CLOSERS[part]);
    else if (part === open.at(-1)) open.pop();
  }
  return open.length > 0;
}
