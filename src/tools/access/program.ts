/**
 * One program, from its launch until nothing of it is left.
 *
 * 1. It is recorded before it is launched: should this process die, the guardian of the ledger ends it.
 * 2. Told to end it may clean up for a while; then its process group is killed, and whatever else carries its mark.
 * 3. What it prints is bounded.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { messageOf } from '../../errors/describe.js';
import { StintError } from '../../errors/stint-error.js';
import type { OwnLedger } from '../../hosts/own-ledger.js';
import { recordChildren } from '../../hosts/record-children.js';
import { signalGroup } from '../../hosts/signal-group.js';
import { onAbort } from '../../scope/on-abort.js';
import type { Executed } from './execute.js';

/** How long a program that was told to end may clean up. */
const GRACE_MS = 200;
/** How long after a program's end something that it has started may be silent before its output is taken to be over. */
const SILENCE_MS = 500;

/** What is to be run. */
export interface ProgramPlan {
  /** What it is called by. */
  readonly command: string;
  /** Where it is. */
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly input: string | Uint8Array;
  /** The bytes that it may print. */
  readonly mostOutput: number;
}

/**
 * Runs a program.
 *
 * @param signal tells it to end
 * @throws StintError (rejects) `TOOL_FAILED` if it cannot be run, `OUTPUT_LIMIT`; or the reason of the signal
 */
export async function runProgram(plan: ProgramPlan, ledger: OwnLedger, signal: AbortSignal): Promise<Executed> {
  let executed: Promise<Executed> | undefined;
  const record = recordChildren(ledger, plan.command);
  const forget = await record((mark) => {
    signal.throwIfAborted();
    const { file, args, command, cwd, env } = plan;
    // A process group of its own, so that it ends with all that it starts.
    const child = spawn(file, args, { cwd, env: { ...env, ...mark }, argv0: command, detached: true, stdio: 'pipe' });
    executed = follow(child, plan, signal);
    // It may have failed before anybody waits for it.
    executed.catch(() => undefined);
    return child;
  }).catch(async (error: unknown) => {
    // Of one that could not be launched its own failure says more.
    await executed;
    throw error;
  });
  try {
    return await (executed as unknown as Promise<Executed>);
  } finally {
    await forget();
  }
}

function follow(child: ChildProcessWithoutNullStreams, plan: ProgramPlan, signal: AbortSignal): Promise<Executed> {
  const { command, input, mostOutput } = plan;
  return new Promise((resolve, reject) => {
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
        if (printed <= mostOutput) chunks.push(chunk);
        else
          fail(
            new StintError('OUTPUT_LIMIT', `'${command}' printed more than ${mostOutput} bytes; raise limits.memory`),
          );
      });
      return chunks;
    };
    const [out, err] = [gather(child.stdout), gather(child.stderr)];
    child.on('error', (error) => fail(cannotRun(command, error)));
    // It may end without having read its input.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
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

function cannotRun(command: string, error: NodeJS.ErrnoException): StintError {
  return new StintError('TOOL_FAILED', `cannot run '${command}': ${startFailure(error)}`);
}

function startFailure(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return 'there is no such program';
  return error.code === 'EACCES' ? 'the system does not allow it' : messageOf(error);
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
    if (pid !== undefined) signalGroup(pid, signal);
  }
}
