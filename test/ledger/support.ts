import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { rename } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import { openDirectory } from '#stint/ledger/directory';
import { writeDurably } from '#stint/ledger/files';
import { type Identity, ownIdentity } from '#stint/ledger/identity';
import { newOwnerId } from '#stint/ledger/names';
import { type ResourceKind, recordName } from '#stint/ledger/record';
import { isAlive } from '../processes.ts';

/** A folder that goes with the test. In memory where there is any such place: these tests sync a lot. */
export function temporaryFolder(): string {
  const base = existsSync('/dev/shm') ? '/dev/shm' : realpathSync(tmpdir());
  const folder = mkdtempSync(join(base, 'stint-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export type Thing = 'segment' | 'scratch' | 'socket' | 'pidfile' | 'process';

export interface Held {
  readonly id: string;
  readonly guardian?: number;
  readonly segment?: string;
  readonly scratch?: string;
  readonly socket?: string;
  readonly pidfile?: string;
  readonly process?: number;
}

/** A process that holds things by a ledger. */
export interface OwnerProcess {
  readonly child: ChildProcess;
  readonly held: Held;
  ask(line: string): Promise<Record<string, unknown>>;
  /** Sends a signal, or a line, and waits for the end. */
  end(how: NodeJS.Signals | 'close'): Promise<void>;
}

const OWNER = fileURLToPath(new URL('./programs/owner.mjs', import.meta.url));

/** @param through what to run it by, `unshare` say */
export async function startOwner(
  directory: string,
  place: string,
  things: readonly Thing[],
  through: readonly string[] = [],
): Promise<OwnerProcess> {
  const [command, ...args] = [...through, process.execPath, OWNER, directory, place, ...things] as [
    string,
    ...string[],
  ];
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'] },
    detached: true,
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await lines.next()).value ?? '{}');
  const exited = once(child, 'exit');
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return {
    child,
    held: await next(),
    ask(line) {
      child.stdin.write(`${line}\n`);
      return next();
    },
    async end(how) {
      if (how === 'close') child.stdin.write('close\n');
      else child.kill(how);
      await exited;
    },
  };
}

/** Which of the things are there. */
export function present(held: Held): Thing[] {
  const there: Record<Thing, boolean> = {
    segment: held.segment !== undefined && existsSync(join('/dev/shm', held.segment)),
    scratch: held.scratch !== undefined && existsSync(held.scratch),
    socket: held.socket !== undefined && existsSync(held.socket),
    pidfile: held.pidfile !== undefined && existsSync(held.pidfile),
    process: held.process !== undefined && isAlive(held.process),
  };
  return (Object.keys(there) as Thing[]).filter((thing) => there[thing]);
}

/** The processes of this machine, those that have ended left out. One that is just becoming another program has no command yet. */
export function processes(): { pid: number; command: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const command = readProcess(name, 'cmdline').replaceAll('\0', ' ');
      return command === '' && !hasProgram(name) ? [] : [{ pid: Number(name), command }];
    });
}

function hasProgram(pid: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/exe`) !== '';
  } catch {
    // A thread of the kernel, or one that has ended.
    return false;
  }
}

function readProcess(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    // It ended meanwhile.
    return '';
  }
}

/** The guardians of a ledger that watch or sweep. */
export function guardians(directory: string): number[] {
  return processes()
    .filter(({ command }) => isGuardian(command, directory))
    .map(({ pid }) => pid);
}

/** Waits until all guardians of a ledger are done, but for one. */
export async function guardiansGone(directory: string, except?: number): Promise<void> {
  // Who has no command yet may be a shell that becomes the sweep.
  const mayBe = ({ command }: { command: string }) => command === '' || isGuardian(command, directory);
  const busy = () => processes().some((each) => each.pid !== except && mayBe(each));
  await expect.poll(busy, { interval: 20, timeout: 20_000 }).toBe(false);
}

function isGuardian(command: string, directory: string): boolean {
  return command.includes('guardian-main.js') && command.includes(`${directory}/`);
}

/** The processes that carry the mark of a record of one of these owners. */
export function marked(ids: readonly string[]): number[] {
  return processes()
    .filter(({ pid }) => ids.some((id) => readProcess(String(pid), 'environ').includes(`STINT_CHILD=stint-${id}-`)))
    .map(({ pid }) => pid);
}

/** What is in the folder of a ledger, but for what is always there. */
export function leftIn(directory: string): string[] {
  return readdirSync(join(directory, 'v1')).filter((name) => name !== 'quarantine');
}

export function quarantined(directory: string): string[] {
  return readdirSync(join(directory, 'v1', 'quarantine'));
}

/** The folder of an owner that is dead, or of one that this process pretends to be. */
export interface MadeOwner {
  readonly id: string;
  readonly folder: string;
  /** The name that the thing of a record has. */
  token(sequence: number): string;
  /** Writes a record as the ledger would. */
  record(sequence: number, kind: ResourceKind, content: object): Promise<string>;
}

/** Makes the folder of an owner whose socket nobody listens on any more. */
export async function makeDeadOwner(directory: string, identity: Partial<Identity> = {}): Promise<MadeOwner> {
  const id = newOwnerId();
  const folder = join(await openDirectory(directory), id);
  mkdirSync(folder, { mode: 0o700 });
  const server = createServer().listen(join(folder, 'bound'));
  await once(server, 'listening');
  await rename(join(folder, 'bound'), join(folder, 'alive'));
  server.close();
  await once(server, 'close');
  await writeDurably(join(folder, 'owner'), { id, ...(await ownIdentity()), ...identity });
  const token = (sequence: number) => `stint-${id}-${sequence}`;
  return {
    id,
    folder,
    token,
    async record(sequence, kind, content) {
      const path = join(folder, recordName(sequence, kind));
      await writeDurably(path, { kind, token: token(sequence), ...content });
      return path;
    },
  };
}
