import { createInterface } from 'node:readline';
import type { ScriptLanguage } from '../../errors/stint-error.js';
import type { Permissions } from '../../io/permissions.js';
import { createRuntime } from '../../runtime/create-runtime.js';
import type { Outcome } from '../../runtime/outcome.js';
import type { Runtime } from '../../runtime/runtime.js';
import { resolveSource } from '../../runtime/source.js';
import type { Task } from '../../runtime/task.js';
import type { ToolPort } from '../../runtime/tool-port.js';
import { toolCompleter } from '../../tools/tool-completer.js';
import type { ToolSummary } from '../../tools/tool-info.js';
import type { Value } from '../../values/value.js';
import { EXIT } from '../exit-status.js';
import { loadHistory, saveHistory } from '../history.js';
import { isIncomplete } from '../incomplete-input.js';
import { type LimitFlags, readLimits, readPermissions } from '../limit-options.js';
import { valueText } from '../print-value.js';
import { describeFailure } from '../report-error.js';
import { direct } from '../script-output.js';
import { endOnBrokenOutput } from '../signals.js';
import { readScriptTools } from '../tool-options.js';
import { listText } from '../tool-texts.js';

export interface ReplFlags extends LimitFlags {
  readonly language: string;
}

const NAME = 'repl';
const HELP = `.help   this text
.exit   end the session (so does Ctrl-D)
.tools  the tools that there are; Tab completes their names after 'tool.'
Each input runs in a fresh VM under the limits of the session; _ is the last value.
An input that is not complete goes on in the next line; an empty line ends it.
Ctrl-C stops what runs.
`;

/** `stint repl`: returns the exit status. */
export async function repl(flags: ReplFlags): Promise<number> {
  const settings = readLimits(flags);
  const permissions = readPermissions(flags);
  const tools = await readScriptTools(flags);
  const language = flags.language as ScriptLanguage;
  resolveSource({ language, code: '' });
  endOnBrokenOutput();
  await using runtime = await createRuntime({ threads: 1, ...settings });
  const session = new Session(runtime, language, permissions, tools);
  const terminal = process.stdin.isTTY === true;
  // Who reads from a pipe wants the results alone.
  const [prompt, continued] = terminal ? [`${language}> `, '... '] : ['', ''];
  if (terminal) process.stdout.write('.help says what there is, .exit or Ctrl-D ends it\n');
  const lines = createInterface({
    input: process.stdin,
    output: process.stdout,
    terminal,
    prompt,
    completer: toolCompleter(tools),
    history: await loadHistory(),
  });
  lines.on('SIGINT', () => {
    if (session.stop()) return;
    process.stdout.write(session.isOpen ? '\n' : '\n(Ctrl-D ends the session)\n');
    session.drop();
    lines.setPrompt(prompt);
    lines.prompt();
  });
  lines.on('history', (history) => saveHistory(history));
  // Lines may still be to be run when the input has ended.
  let isAtEnd = false;
  lines.on('close', () => {
    isAtEnd = true;
  });
  lines.prompt();
  for await (const line of lines) {
    if (line.trim() === '.exit' && !session.isOpen) break;
    await session.enter(line);
    if (isAtEnd) continue;
    lines.setPrompt(session.isOpen ? continued : prompt);
    lines.prompt();
  }
  if (terminal) process.stdout.write('\n');
  return EXIT.completed;
}

/** What has been typed, and what runs. */
class Session {
  readonly #runtime: Runtime;
  readonly #language: ScriptLanguage;
  readonly #permissions: Permissions;
  readonly #tools: ToolPort | undefined;
  #input: string[] = [];
  #task: Task | undefined;
  #last: Value = null;

  constructor(runtime: Runtime, language: ScriptLanguage, permissions: Permissions, tools: ToolPort | undefined) {
    this.#runtime = runtime;
    this.#language = language;
    this.#permissions = permissions;
    this.#tools = tools;
  }

  /** Whether an input waits for its next line. */
  get isOpen(): boolean {
    return this.#input.length > 0;
  }

  /** Forgets an input that waits for its next line. */
  drop(): void {
    this.#input = [];
  }

  /** Stops what runs. False if nothing does. */
  stop(): boolean {
    void this.#task?.cancel('Ctrl-C');
    return this.#task !== undefined;
  }

  async enter(line: string): Promise<void> {
    if (!this.isOpen && line.trim() === '') return;
    if (!this.isOpen && line.trim() === '.help') {
      process.stdout.write(HELP);
      return;
    }
    if (!this.isOpen && line.trim() === '.tools') {
      const tools = (this.#tools?.list() ?? []) as ToolSummary[];
      process.stdout.write(tools.length === 0 ? 'no tools: name some with --tool\n' : listText(tools));
      return;
    }
    if (!this.isOpen && /^\s*\.[a-z]+\s*$/i.test(line)) {
      process.stderr.write(`stint: there is no command ${line.trim()}; .help lists them\n`);
      return;
    }
    this.#input.push(line);
    const code = this.#input.join('\n');
    const outcome = await this.#run(code);
    if (line !== '' && outcome.error !== undefined && (await isIncomplete(this.#language, code, outcome.error))) return;
    this.drop();
    if (outcome.error !== undefined) {
      process.stderr.write(describeFailure(NAME, outcome.error));
      return;
    }
    if (outcome.value === undefined) return;
    this.#last = outcome.value;
    process.stdout.write(valueText(outcome.value));
  }

  async #run(code: string): Promise<Outcome<Value>> {
    const isLua = this.#language === 'lua';
    const last = isLua ? 'local _ = ...' : 'globalThis._ = args[0];';
    // A line of Lua that is an expression is no chunk by itself, and an object of JavaScript would be a block.
    const asExpression = isLua ? `return ${code}` : /^\s*\{/.test(code) ? `(${code}\n)` : undefined;
    if (asExpression !== undefined) {
      const outcome = await this.#start(`${last} ${asExpression}`);
      if (outcome.error?.code !== 'SCRIPT_SYNTAX') return outcome;
    }
    return this.#start(`${last} ${code}`);
  }

  async #start(code: string): Promise<Outcome<Value>> {
    const output = direct();
    const task = this.#runtime.start<Value>(
      { language: this.#language, code, name: NAME },
      {
        args: [this.#last],
        permissions: this.#permissions,
        ...(this.#tools === undefined ? {} : { tools: this.#tools }),
        output: (chunk, stream) => output.write(chunk, stream),
      },
    );
    this.#task = task;
    const outcome = await task.outcome;
    this.#task = undefined;
    return outcome;
  }
}
