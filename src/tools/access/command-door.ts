/**
 * The programs that one call runs.
 *
 * 1. A program is run only if the policy names it, with a vector of arguments and never through a shell.
 * 2. It sees of the environment what the policy names, and nothing else but the variable by which it is known as the call's.
 * 3. When the call has ended, it has too, and what it has started.
 */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { describe } from '../../errors/describe.js';
import { StintError } from '../../errors/stint-error.js';
import type { OwnLedger } from '../../hosts/own-ledger.js';
import { permittedEnvironment } from './environment.js';
import type { Executed, ExecuteOptions } from './execute.js';
import { FileRoots } from './file-roots.js';
import type { Gate } from './gate.js';
import { launchingArgument } from './launching-arguments.js';
import { type ProgramPlan, runProgram } from './program.js';

/** The bytes that all arguments may have. The system takes more, of which the environment is a part too. */
const LONGEST_ARGUMENTS = 128 * 1024;
const MOST_PROGRAMS = 64;

export class CommandDoor {
  readonly #gate: Gate;
  readonly #ledger: OwnLedger;
  readonly #running = new Set<Promise<Executed>>();
  /** Tells all of them to end: the call has to, or it has ended. */
  #signal: AbortSignal | undefined;

  /** @param ledger records the programs; it is open for as long as the call lasts */
  constructor(gate: Gate, ledger: OwnLedger) {
    this.#gate = gate;
    this.#ledger = ledger;
  }

  execute(command: string, args: readonly string[] = [], options: ExecuteOptions = {}): Promise<Executed> {
    const executed = this.#execute(command, args, options);
    // A handler that does not wait for a program, and has it ended with the call, is no reason for the whole process to end.
    executed.catch(() => undefined);
    return executed;
  }

  async #execute(command: string, args: readonly string[], options: ExecuteOptions): Promise<Executed> {
    const vector = readArguments(command, args);
    const shown = [command, ...vector].join(' ');
    this.#gate.enter('execute', shown);
    this.#check(command, vector, shown);
    const file = await findCommand(command);
    const cwd = options.cwd === undefined ? await this.#gate.scratch() : await this.#directory(options.cwd);
    if (this.#running.size >= MOST_PROGRAMS) {
      throw new StintError(
        'TOOL_FAILED',
        `cannot run '${command}': a call can have at most ${MOST_PROGRAMS} programs running`,
      );
    }
    this.#gate.enter('execute', shown);
    this.#gate.note('execute', shown, true);
    return this.#run({
      command,
      file,
      args: vector,
      cwd,
      env: permittedEnvironment(this.#gate),
      input: options.input ?? '',
      mostOutput: this.#gate.limits.memory,
    });
  }

  #run(plan: ProgramPlan): Promise<Executed> {
    this.#signal ??= this.#endingSignal();
    const running = runProgram(plan, this.#ledger, this.#signal);
    this.#running.add(running);
    return running.finally(() => this.#running.delete(running));
  }

  #endingSignal(): AbortSignal {
    const ending = new AbortController();
    this.#gate.defer(async () => {
      ending.abort(new StintError('CANCELLED', 'the call that ran the program has ended'));
      await Promise.allSettled(this.#running);
    });
    return AbortSignal.any([this.#gate.signal, ending.signal]);
  }

  #check(command: string, args: readonly string[], shown: string): void {
    const rule = this.#gate.rules.commands.find((one) => one.command === command);
    const refuse = (why: string): StintError => this.#gate.refusal('execute', shown, `to run '${command}'`, why);
    if (rule === undefined) throw refuse(`policy.commands does not have it; add '${command}' to policy.commands`);
    if (rule.anyArguments) return;
    const launching = launchingArgument(command, args);
    if (launching === undefined) return;
    throw refuse(
      `${describe(launching)} could have it run any program or write anywhere; add { command: '${command}', anyArguments: true } to policy.commands`,
    );
  }

  #directory(cwd: string): Promise<string> {
    return new FileRoots(this.#gate).target(cwd, 'read', 'run a program in');
  }
}

function readArguments(command: unknown, args: readonly unknown[]): string[] {
  if (typeof command !== 'string' || command === '' || command.includes('\0')) {
    throw new StintError('TOOL_INPUT', `the command is ${describe(command)}; it must be a name or an absolute path`);
  }
  let bytes = 0;
  return args.map((argument, index) => {
    if (typeof argument !== 'string' || argument.includes('\0')) {
      throw new StintError(
        'TOOL_INPUT',
        `argument ${index + 1} of '${command}' is ${describe(argument)}; it must be a text without NUL`,
      );
    }
    bytes += Buffer.byteLength(argument) + 1;
    if (bytes > LONGEST_ARGUMENTS) {
      throw new StintError(
        'TOOL_INPUT',
        `the arguments of '${command}' have more than ${LONGEST_ARGUMENTS} bytes; give them as input`,
      );
    }
    return argument;
  });
}

/** Finds a program by this process's own path: what the tool or the policy's environment says does not count. */
async function findCommand(command: string): Promise<string> {
  if (isAbsolute(command)) return command;
  for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
    if (!isAbsolute(directory)) continue;
    const file = join(directory, command);
    if (await isExecutable(file)) return file;
  }
  throw new StintError('DEPENDENCY_MISSING', `there is no program '${command}'; install it, or put it in the PATH`);
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
