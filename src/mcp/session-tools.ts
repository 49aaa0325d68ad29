/**
 * Sessions as tools, so that a model can go on with the variables that it had.
 *
 * 1. They belong to the MCP connection: nobody else sees them, and they are closed with it.
 */

import { isStintError, type ScriptLanguage, StintError } from '../errors/stint-error.js';
import type { KernelClient } from '../kernel/client/kernel-client.js';
import type { SessionClient } from '../kernel/client/sessions-client.js';

const LANGUAGES = ['javascript', 'typescript', 'lua'] as const;
const session = { type: 'string', description: 'The session, as session_run gave it. Left out: a new one.' };

const RUN = {
  name: 'session_run',
  title: 'Run code in a session',
  description:
    'Runs Lua, JavaScript or TypeScript in a sandbox that keeps its variables: pass the session of an earlier call to go on with them. ' +
    'The value of the last expression (in Lua: what is returned) is the result. tool.call(name, input) calls another tool; ' +
    'artifact.save(name, data) keeps data as a resource. In JavaScript both give promises.',
  inputSchema: {
    type: 'object' as const,
    properties: {
      code: { type: 'string', description: 'The code. In JavaScript and TypeScript, await works.' },
      language: { type: 'string', enum: [...LANGUAGES], description: 'Of a new session. Default: javascript.' },
      session,
      timeout: {
        type: 'number',
        description: 'Milliseconds that the code may take. Default: 30000.',
        exclusiveMinimum: 0,
      },
    },
    required: ['code'],
    additionalProperties: false,
  },
};

const CLOSE = {
  name: 'session_close',
  title: 'Close a session',
  description: 'Closes a session: its variables and artifacts are gone.',
  inputSchema: {
    type: 'object' as const,
    properties: { session: { ...session, description: 'The session, as session_run gave it.' } },
    required: ['session'],
    additionalProperties: false,
  },
};

/** How they are listed. */
export const SESSION_TOOLS = [RUN, CLOSE];

/** What a piece of code in a session came to. */
export interface PieceResult {
  readonly session: string;
  readonly value?: unknown;
  /** What it failed with. */
  readonly error?: StintError;
  /** What it wrote, before it failed say. */
  readonly output: string;
}

/** See the top of the file. */
export class SessionTools {
  readonly sessions = new Map<string, SessionClient>();
  readonly #client: KernelClient;

  constructor(client: KernelClient) {
    this.#client = client;
  }

  /** Runs code. @throws StintError `TOOL_INPUT`; `QUEUE_FULL` if there can be no new session */
  async run(input: Record<string, unknown>, signal: AbortSignal): Promise<PieceResult> {
    refuseUnknown(input, RUN.inputSchema);
    const { code, language = 'javascript', session: id, timeout } = input;
    if (typeof code !== 'string') throw wrong('code', 'a text');
    if (!LANGUAGES.includes(language as never)) throw wrong('language', LANGUAGES.join(', '));
    if (timeout !== undefined && !(typeof timeout === 'number' && timeout > 0))
      throw wrong('timeout', 'milliseconds, more than 0');
    const known = id === undefined ? await this.#open(language as ScriptLanguage) : this.#find(id);
    let output = '';
    try {
      const value = await known.run(code, {
        signal,
        output: (text) => {
          output += text;
        },
        ...(timeout === undefined ? {} : { timeout }),
      });
      return { session: known.id, value, output };
    } catch (error) {
      if (!isStintError(error)) throw error;
      // Who is not told of a new session can neither use nor close it.
      return { session: known.id, error, output };
    }
  }

  async close(input: Record<string, unknown>): Promise<void> {
    refuseUnknown(input, CLOSE.inputSchema);
    const known = this.#find(input['session']);
    this.sessions.delete(known.id);
    await known.close();
  }

  /** Closes all of them. One that has been idle for too long is closed already. */
  async closeAll(): Promise<void> {
    const open = [...this.sessions.values()];
    this.sessions.clear();
    await Promise.allSettled(open.map((known) => known.close()));
  }

  async #open(language: ScriptLanguage): Promise<SessionClient> {
    const opened = await this.#client.sessions.open({ language, name: 'mcp', tools: true });
    this.sessions.set(opened.id, opened);
    return opened;
  }

  #find(id: unknown): SessionClient {
    const known = typeof id === 'string' ? this.sessions.get(id) : undefined;
    if (known === undefined) throw wrong('session', 'the id of a session that session_run has opened');
    return known;
  }
}

/** A name that is misspelled would not be missed. */
function refuseUnknown(input: Record<string, unknown>, { properties }: { readonly properties: object }): void {
  const unknown = Object.keys(input).find((name) => !Object.hasOwn(properties, name));
  if (unknown !== undefined) throw wrong(unknown, `left out: known are ${Object.keys(properties).join(', ')}`);
}

function wrong(name: string, expected: string): StintError {
  return new StintError('TOOL_INPUT', `${name} must be ${expected}`);
}
