/**
 * The programs that one call runs.
 *
 * 1. A program is run only if the policy names it, with a vector of arguments and never through a shell.
 * 2. It sees of the environment what the policy names, and nothing else.
 * 3. When the call has ended, or the program has, its whole process group is gone.
 * 4. What it prints is bounded.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import type { Readable } from 'node:stream';
import { describe, messageOf } from '../../errors/describe.js';
import { StintError } from '../../errors/stint-error.js';
import { onAbort } from '../../scope/on-abort.js';
import { permittedEnvironment } from './environment.js';
import type { Executed, ExecuteOptions } from './execute.js';
import { FileRoots } from './file-roots.js';
import type { Gate } from './gate.js';
import { launchingArgument } from './launching-arguments.js';

/** The bytes that all arguments may have. The system takes more, of which the environment is a part too. */
const LONGEST_ARGUMENTS = 128 * 1024;
/** How long a program that was told to end may clean up. */
const GRACE_MS = 200;
/** How long after a program's end something that it has started may be silent before its output is taken to be over. */
const SILENCE_MS = 500;
const MOST_PROGRAMS = 64;

export class CommandDoor {
  readonly #gate: Gate;
  #running = 0;

  constructor(gate: Gate) {
    this.#gate = gate;
  }

  async execute(command: string, args: readonly string[] = [], options: ExecuteOptions = {}): Promise<Executed> {
    const vector = readArguments(command, args);
    const shown = [command, ...vector].join(' ');
    this.#gate.enter('execute', shown);
    this.#check(command, vector, shown);
    const file = await findCommand(command);
    const cwd = options.cwd === undefined ? await this.#gate.scratch() : await this.#directory(options.cwd);
    if (this.#running >= MOST_PROGRAMS) {
      throw new StintError(
        'TOOL_FAILED',
        `cannot run '${command}': a call can have at most ${MOST_PROGRAMS} programs running`,
      );
    }
    this.#gate.enter('execute', shown);
    this.#gate.note('execute', shown, true);
    this.#running += 1;
    try {
      return await this.#run(command, file, vector, cwd, options.input);
    } finally {
      this.#running -= 1;
    }
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

  #run(command: string, file: string, args: string[], cwd: string, input: ExecuteOptions['input']): Promise<Executed> {
    const { signal, limits } = this.#gate;
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const env = permittedEnvironment(this.#gate);
      // A process group of its own, so that it ends with all that it starts.
      const child = spawn(file, args, { cwd, env, argv0: command, shell: false, detached: true, stdio: 'pipe' });
      if ((child.stdout as Readable | undefined) === undefined) {
        // No descriptors are left: it will neither exit nor close.
        child.once('error', (error) => reject(cannotRun(command, error)));
        return;
      }
      const group = new ProcessGroup(child);
      let failure: unknown;
      const fail = (error: unknown): void => {
        failure ??= error;
        group.end();
        if (group.hasEnded) letGo();
      };
      // What made itself a session of its own may hold the output open for ever.
      const letGo = (): void => {
        child.stdout.destroy();
        child.stderr.destroy();
      };
      let silence: NodeJS.Timeout | undefined;
      const listen = (): void => {
        clearTimeout(silence);
        silence = setTimeout(letGo, failure === undefined ? SILENCE_MS : 0);
      };
      const forget = onAbort(signal, () => fail(signal.reason));
      let printed = 0;
      const gather = (stream: NodeJS.ReadableStream): Buffer[] => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => {
          printed += chunk.length;
          if (silence !== undefined) listen();
          if (printed <= limits.memory) chunks.push(chunk);
          else
            fail(
              new StintError(
                'OUTPUT_LIMIT',
                `'${command}' printed more than ${limits.memory} bytes; raise limits.memory`,
              ),
            );
        });
        return chunks;
      };
      const [out, err] = [gather(child.stdout), gather(child.stderr)];
      child.on('error', (error) => fail(cannotRun(command, error)));
      // It may end without having read its input.
      child.stdin.on('error', () => undefined);
      child.stdin.end(input ?? '');
      child.on('exit', listen);
      child.on('close', (status, endedBy) => {
        clearTimeout(silence);
        forget();
        if (failure === undefined) {
          resolve({ status, signal: endedBy, stdout: Buffer.concat(out), stderr: Buffer.concat(err) });
        } else reject(failure);
      });
    });
  }
}

function cannotRun(command: string, error: Error): StintError {
  return new StintError('TOOL_FAILED', `cannot run '${command}': ${startFailure(error)}`);
}

/** A program and what it has started. */
class ProcessGroup {
  readonly #child: ChildProcessWithoutNullStreams;
  #timer: NodeJS.Timeout | undefined;

  constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    child.on('exit', () => {
      clearTimeout(this.#timer);
      // What it leaves behind in the background, and what holds its output open.
      this.#signal('SIGKILL');
    });
  }

  /** Whether the program itself has ended. */
  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Tells it to end; after the grace it is ended. */
  end(): void {
    if (this.#timer !== undefined || this.hasEnded) return;
    this.#signal('SIGTERM');
    this.#timer = setTimeout(() => this.#signal('SIGKILL'), GRACE_MS);
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch (error) {
      // Nobody is left in it, or those who are have become somebody else's (EPERM).
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ESRCH' && code !== 'EPERM') throw error;
    }
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

function startFailure(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return 'there is no such program';
  return error.code === 'EACCES' ? 'the system does not allow it' : messageOf(error);
}
