import { describe, messageOf } from '../../errors/describe.js';
import type { ScriptLanguage } from '../../errors/stint-error.js';
import { StintError } from '../../errors/stint-error.js';

/** The comment that begins a script that is a tool, up to its end. */
const OPENINGS: Readonly<Record<ScriptLanguage, RegExp>> = {
  lua: /^(?:#[^\n]*\n)?\s*--\[\[[ \t]*tool[ \t]*\r?\n([\s\S]*?)\]\]/,
  javascript: /^(?:#[^\n]*\n)?\s*\/\*\*?[ \t]*tool[ \t]*\r?\n([\s\S]*?)\*\//,
  typescript: /^(?:#[^\n]*\n)?\s*\/\*\*?[ \t]*tool[ \t]*\r?\n([\s\S]*?)\*\//,
};

/** How such a comment begins, closed or not. */
const BEGINNING = /^(?:#[^\n]*\n)?\s*(?:--\[\[|\/\*\*?)[ \t]*tool[ \t]*\r?\n/;

/** No header is longer. */
const LONGEST = 64 * 1024;

/** What the lines of a header can be called, and whether they hold JSON. */
const FIELDS: Readonly<Record<string, 'text' | 'list' | 'json'>> = {
  name: 'text',
  description: 'text',
  category: 'text',
  tags: 'list',
  security: 'text',
  input: 'json',
  output: 'json',
  example: 'json',
  timeout: 'text',
  memory: 'text',
  tools: 'list',
};

/** A header's fields, as they stand there. */
export interface ScriptHeader {
  readonly name?: string;
  readonly description?: string;
  readonly category?: string;
  readonly tags?: readonly string[];
  readonly security?: string;
  readonly input?: unknown;
  readonly output?: unknown;
  readonly examples: readonly unknown[];
  readonly timeout?: string;
  readonly memory?: string;
  readonly tools?: readonly string[];
}

/**
 * Reads the comment that makes a script a tool: lines of `field: value`, in which a line that begins with a blank goes on with the value
 * before it.
 *
 * @returns undefined if the script does not begin with one
 * @throws StintError `INVALID_ARGUMENT` for a comment that is not closed, and for a field that is unknown, there twice, or no JSON where it has to be
 */
export function readScriptHeader(language: ScriptLanguage, code: string, file: string): ScriptHeader | undefined {
  const beginning = code.slice(0, LONGEST);
  const body = OPENINGS[language].exec(beginning)?.[1];
  if (body === undefined) {
    if (!BEGINNING.test(beginning)) return undefined;
    throw wrong(file, `is not closed, or has more than ${LONGEST} characters`);
  }
  const fields: Record<string, unknown> = {};
  const examples: unknown[] = [];
  for (const [field, text] of splitFields(body, file)) {
    const value = readField(field, text, file);
    if (field === 'example') examples.push(value);
    else if (Object.hasOwn(fields, field)) throw wrong(file, `has '${field}:' twice`);
    else fields[field] = value;
  }
  return { ...fields, examples };
}

function* splitFields(body: string, file: string): Generator<[field: string, text: string]> {
  let field: string | undefined;
  let text = '';
  for (const line of body.split(/\r?\n/)) {
    // The stars that often begin the lines of such comments.
    const bare = line.replace(/^ \* ?/, '');
    if (bare.trim() === '') continue;
    if (/^\s/.test(bare)) {
      text += `\n${bare}`;
      continue;
    }
    if (field !== undefined) yield [field, text.trim()];
    const colon = bare.indexOf(':');
    field = bare.slice(0, colon).trim();
    if (colon < 0 || !Object.hasOwn(FIELDS, field)) {
      throw wrong(
        file,
        `has the line ${describe(bare)}; each begins with one of ${Object.keys(FIELDS).join(', ')} and a colon`,
      );
    }
    text = bare.slice(colon + 1);
  }
  if (field !== undefined) yield [field, text.trim()];
}

function readField(field: string, text: string, file: string): unknown {
  switch (FIELDS[field]) {
    case 'list':
      return text.split(/[\s,]+/).filter(Boolean);
    case 'json':
      try {
        return JSON.parse(text);
      } catch (error) {
        throw wrong(file, `has no JSON after '${field}:' (${messageOf(error)})`);
      }
    default:
      return joinLines(text);
  }
}

function wrong(file: string, what: string): StintError {
  return new StintError('INVALID_ARGUMENT', `the tool's header in ${file} ${what}`);
}

/** As one line. (A regular expression for the blanks around line ends takes the square of their number.) */
function joinLines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ');
}
