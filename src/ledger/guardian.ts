/**
 * Sees to it that what an owner leaves is reclaimed at once, however it dies.
 *
 * 1. It is a shell that waits for the end of a pipe whose other end the owner holds: the kernel closes that when the owner dies.
 *    It becomes a Node process, for the sweep, only then.
 * 2. It is in a session of its own and ignores the signals by which a terminal, or a service manager, ends the owner.
 * 3. It keeps nothing alive: not the owner's event loop, and no descriptor of the owner's but its end of the pipe.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../errors/describe.js';
import { warn } from './warn.js';

/** What the owner says when there is nothing to reclaim. */
const FAREWELL = 'closed';

const WATCH = `trap '' HUP INT TERM
read -r word
[ "$word" = ${FAREWELL} ] || exec "$@"`;

/** So long it may take to go. */
const MOST_FAREWELL_MS = 1000;

/** One that ends sooner than this by itself is not started again: here something is wrong with all of them. */
const SHORTEST_LIFE_MS = 1000;

export class Guardian {
  readonly #ledger: string;
  readonly #owner: string;
  #child: ChildProcess | undefined;
  #closed = false;
  #warned = false;

  /** @param owner its id: it may die before it has a folder */
  constructor(ledger: string, owner: string) {
    this.#ledger = ledger;
    this.#owner = owner;
  }

  /**
   * Starts one if none is there. Where none can be started that is warned of: then the next to open the ledger reclaims what
   * is left.
   */
  watch(): void {
    if (this.#child === undefined && !this.#closed) this.#start();
  }

  /** The process that watches now. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Sends it away: nothing is left to reclaim. */
  async dismiss(): Promise<void> {
    this.#closed = true;
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    await new Promise<void>((resolve) => {
      // One that somebody has stopped does not hear.
      const bound = setTimeout(() => child.kill('SIGKILL'), MOST_FAREWELL_MS);
      child.ref();
      child.once('exit', () => {
        clearTimeout(bound);
        resolve();
      });
      child.stdin?.end(`${FAREWELL}\n`);
    });
  }

  #start(): void {
    const startedAt = performance.now();
    try {
      const child = spawn('/bin/sh', ['-c', WATCH, 'stint-guardian', ...this.#sweep()], {
        cwd: '/',
        // Of the owner's environment nothing: neither its secrets nor what changes how Node starts.
        env: { ELECTRON_RUN_AS_NODE: '1' },
        stdio: ['pipe', 'ignore', 'ignore'],
        detached: true,
      });
      child.once('error', (error) => this.#failed(messageOf(error)));
      child.once('exit', (_status, signal) => {
        if (this.#closed) return;
        this.#child = undefined;
        const isKilled = signal === 'SIGKILL';
        if (!isKilled && performance.now() - startedAt < SHORTEST_LIFE_MS) this.#failed('it ended at once');
        else this.#start();
      });
      // A guardian that died: its exit says so.
      child.stdin?.on('error', () => undefined);
      child.unref();
      (child.stdin as { unref?: () => void } | null)?.unref?.();
      this.#child = child.pid === undefined ? undefined : child;
    } catch (error) {
      this.#failed(messageOf(error));
    }
  }

  #sweep(): string[] {
    return [process.execPath, fileURLToPath(new URL('./guardian-main.js', import.meta.url)), this.#ledger, this.#owner];
  }

  #failed(reason: string): void {
    if (this.#warned) return;
    this.#warned = true;
    warn(
      `no guardian watches this process (${reason}); if it is killed, the next to open the ledger reclaims what it left`,
    );
  }
}
