/**
 * The crash-safe record of what would outlive this process.
 *
 * 1. What is to outlive the process is recorded, durably, before it exists, and a guardian watches by then.
 * 2. What is released is gone before its record is. Records of a living owner are its own: nobody else writes them, so that
 *    there is no lock to be left and no update to be lost.
 * 3. Opening a ledger reclaims what dead owners left. Until something is registered it starts and holds nothing.
 * 4. A closed ledger has nothing left: no thing, no record, no folder, no guardian. While something cannot be released the guardian
 *    watches on, and `close` can be tried again.
 * 5. If its folder is taken away, as a runtime directory is at a logout, it is made again, with its records, when the next thing is registered.
 */

import { lstat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf } from '../errors/describe.js';
import { isStintError, StintError } from '../errors/stint-error.js';
import { Once } from '../scope/once.js';
import { Scope } from '../scope/scope.js';
import { directoryOf, openDirectory } from './directory.js';
import { Guardian } from './guardian.js';
import { NOT_THERE, refused, unless } from './ledger-error.js';
import { newOwnerId, tokenOf } from './names.js';
import { Owner } from './owner.js';
import type { Resource } from './record.js';
import { Registration } from './registration.js';
import { type SweepReport, sweepAndTell } from './sweep.js';
import { warn } from './warn.js';

/** The most things that one ledger has registered at a time. */
const MOST_RECORDS = 65_536;

export interface LedgerOptions {
  /**
   * Where the records are: an absolute path, on a disk of this machine. It is made, for this user alone, if it is not there. Default:
   * `$XDG_RUNTIME_DIR/stint/ledger` if that is this user's own, or else `$XDG_STATE_HOME/stint/ledger`, or else `~/.local/state/stint/ledger`.
   */
  readonly directory?: string;
}

export class Ledger implements AsyncDisposable {
  readonly #folder: string;
  readonly #id = newOwnerId();
  readonly #guardian: Guardian;
  readonly #registrations = new Set<Registration>();
  readonly #acquiring = new Set<Promise<unknown>>();
  #sequence = 0;
  #owner: Promise<Owner> | undefined;
  /** Whose folder was taken away last. */
  #lost: Owner | undefined;
  #closing = false;
  readonly #closed = new Once(() => this.#close());

  /** Use {@link openLedger}. */
  private constructor(folder: string) {
    this.#folder = folder;
    this.#guardian = new Guardian(folder, this.#id);
  }

  static async open(options: LedgerOptions): Promise<Ledger> {
    const folder = await openDirectory(directoryOf(options));
    await sweepAndTell(folder);
    return new Ledger(folder);
  }

  /** The name of this owner in the ledger. */
  get id(): string {
    return this.#id;
  }

  /** How many things are registered. */
  get size(): number {
    return this.#registrations.size;
  }

  /** The process that watches this one; undefined before anything is registered. */
  get guardianPid(): number | undefined {
    return this.#guardian.pid;
  }

  /**
   * Makes a thing that may outlive this process: records the intent, then has it made. If that fails, whatever there is of it is
   * taken away.
   *
   * @param describe says what it will be; gets the name that no other thing has, which segments and scratch directories are
   * called by and which the environment of a process carries
   * @param make makes it
   * @throws StintError `RUNTIME_CLOSED` if the ledger is closed, `QUEUE_FULL` if it holds 65,536 things, `OUT_OF_MEMORY` if the disk
   * is full or no descriptor is left, `PERMISSION_DENIED` or `INVALID_ARGUMENT` if the system refuses for another reason; then nothing is
   * recorded. What `make` throws is thrown on.
   */
  async acquire<R extends Resource, T>(
    describe: (token: string) => R,
    make: (registration: Registration<R>) => Promise<T>,
  ): Promise<T> {
    if (this.#closing) throw new StintError('RUNTIME_CLOSED', 'the ledger is closed');
    if (this.#registrations.size + this.#acquiring.size >= MOST_RECORDS) {
      throw new StintError('QUEUE_FULL', `the ledger holds ${MOST_RECORDS} things; release some first`);
    }
    const acquiring = this.#acquire(describe, make);
    this.#acquiring.add(acquiring);
    try {
      return await acquiring;
    } finally {
      this.#acquiring.delete(acquiring);
    }
  }

  /** Reclaims what dead owners left. */
  sweep(): Promise<SweepReport> {
    return sweepAndTell(this.#folder);
  }

  /**
   * Releases everything that is registered, the last first, and sends the guardian away. May be called any number of times.
   *
   * @throws StintError if something could not be released: call it again, or leave that to the guardian
   */
  close(): Promise<void> {
    this.#closing = true;
    return this.#closed.do();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #acquire<R extends Resource, T>(
    describe: (token: string) => R,
    make: (registration: Registration<R>) => Promise<T>,
  ): Promise<T> {
    const registration = await this.#register(describe);
    try {
      return await make(registration);
    } catch (error) {
      // What cannot be taken away now stays registered, for close and for the guardian.
      await registration.release().catch((trouble: unknown) => warn(messageOf(trouble)));
      throw error;
    }
  }

  async #register<R extends Resource>(describe: (token: string) => R): Promise<Registration<R>> {
    this.#guardian.watch();
    this.#sequence += 1;
    const sequence = this.#sequence;
    const write = async (owner: Owner): Promise<Registration<R>> => {
      const token = tokenOf(owner.id, sequence);
      const registration: Registration<R> = await Registration.write(describe(token), {
        folder: owner.folder,
        sequence,
        token,
        owner: owner.identity,
        onReleased: () => this.#registrations.delete(registration as unknown as Registration),
      });
      return registration;
    };
    const owner = await this.#claimed();
    const registration = await write(owner).catch(async (error: unknown) => {
      if (this.#lost !== owner && !(await isGone(owner.folder))) throw error;
      return write(await this.#renewed(owner));
    });
    this.#registrations.add(registration as unknown as Registration);
    return registration;
  }

  /** The owner, who is claimed when the first thing is registered. */
  #claimed(): Promise<Owner> {
    this.#owner ??= this.#claim();
    return this.#owner.catch((error: unknown) => {
      this.#owner = undefined;
      throw refused('open its ledger', error);
    });
  }

  /** The owner, whose folder is gone, with a new one. */
  #renewed(lost: Owner): Promise<Owner> {
    if (this.#lost !== lost) {
      this.#lost = lost;
      this.#owner = lost[Symbol.asyncDispose]().then(() => this.#claim());
    }
    return this.#claimed();
  }

  async #claim(): Promise<Owner> {
    const claim = () => Owner.claim(this.#folder, this.#id);
    let owner = await unless(['ENOENT'], claim(), undefined);
    if (owner === undefined) {
      // A sweep that came in the moment between the making of the socket and its first listening took us for dead; or the directory is gone.
      await openDirectory(dirname(this.#folder));
      owner = await claim();
    }
    for (const registration of this.#registrations) {
      await registration.rewrite().catch((trouble: unknown) => warn(messageOf(trouble)));
    }
    return owner;
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#acquiring);
    const scope = new Scope();
    for (const registration of this.#registrations) scope.defer(() => registration.release());
    const thrown = await scope.dispose();
    if (thrown.length > 0) {
      const code = isStintError(thrown[0]) ? thrown[0].code : 'INVALID_ARGUMENT';
      const cause = new AggregateError(thrown);
      throw new StintError(code, `${thrown.length} things were not released: ${messageOf(thrown[0])}`, { cause });
    }
    const owner = await this.#owner?.catch(() => undefined);
    try {
      await owner?.[Symbol.asyncDispose]();
    } catch (error) {
      throw refused('close its ledger', error);
    }
    await this.#guardian.dismiss();
  }
}

async function isGone(folder: string): Promise<boolean> {
  return (await unless(NOT_THERE, lstat(folder), undefined)) === undefined;
}

/**
 * Opens the ledger: the record on disk of what would outlive this process, and reclaims what dead processes left there.
 *
 * Any number of processes may have the same one open. Close it when the last thing of yours is released; a process that dies
 * instead is cleaned up after within a second.
 *
 * @throws StintError `PERMISSION_DENIED` if the directory is not this user's own or others may write there, `INVALID_ARGUMENT` if it
 * cannot be used
 */
export function openLedger(options: LedgerOptions = {}): Promise<Ledger> {
  return Ledger.open(options);
}
