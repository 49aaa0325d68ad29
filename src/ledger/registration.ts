import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { StintError } from '../errors/stint-error.js';
import { Once } from '../scope/once.js';
import { removeIfPossible, writeDurably } from './files.js';
import type { Identity } from './identity.js';
import { NOT_THERE, refused, unless } from './ledger-error.js';
import { kindOf, type Resource, recordName } from './record.js';

export interface RegistrationOptions {
  /** The folder of its owner. */
  readonly folder: string;
  readonly sequence: number;
  readonly token: string;
  readonly owner: Identity;
  /** Called once, when the record is gone. */
  readonly onReleased: () => void;
}

/**
 * The record of one thing, from before it exists until after it is gone.
 *
 * 1. When `write` has returned, the intent to make the thing is durable.
 * 2. `release` takes away the thing, then the record. If it fails, the record is there and it can be called again.
 */
export class Registration<R extends Resource = Resource> implements AsyncDisposable {
  /** The name that a thing of this record has, or by which it is known. */
  readonly token: string;
  readonly #options: RegistrationOptions;
  readonly #path: string;
  #resource: R;
  #isGone = false;
  readonly #released = new Once(() => this.#release());

  private constructor(resource: R, options: RegistrationOptions) {
    this.token = options.token;
    this.#options = options;
    this.#resource = resource;
    this.#path = join(options.folder, recordName(options.sequence, resource.kind));
  }

  static async write<R extends Resource>(resource: R, options: RegistrationOptions): Promise<Registration<R>> {
    const registration = new Registration(resource, options);
    try {
      await registration.#write();
      return registration;
    } catch (error) {
      // It may have got its name before the disk refused the rest.
      await removeIfPossible(registration.#path);
      throw refused(`record a ${resource.kind} in its ledger`, error);
    }
  }

  get resource(): R {
    return this.#resource;
  }

  /** Records what is known only now: the pid of a process that was started. */
  async update(resource: R): Promise<void> {
    if (this.#released.begun) throw new StintError('RUNTIME_CLOSED', `${this.token} has been released`);
    const before = this.#resource;
    this.#resource = resource;
    try {
      await this.#write();
    } catch (error) {
      this.#resource = before;
      throw refused(`record a ${resource.kind} in its ledger`, error);
    }
  }

  /** Writes the record anew: the folder that it was in has been taken away. */
  async rewrite(): Promise<void> {
    await this.#write();
    if (this.#isGone) await removeIfPossible(this.#path);
  }

  /**
   * Takes away the thing if it is there, then its record. May be called any number of times.
   *
   * @throws StintError if the system refuses, or the thing is somebody else's by now; the record stays
   */
  release(): Promise<void> {
    return this.#released.do();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  async #release(): Promise<void> {
    const { token, owner, onReleased } = this.#options;
    const kind = kindOf(this.#resource);
    const name = kind.describe(this.#resource);
    try {
      const outcome = await kind.reclaim(this.#resource, { token, owner });
      if (typeof outcome === 'object')
        throw new StintError('INVALID_ARGUMENT', `${name} is not released: ${outcome.kept}`);
      await unless(NOT_THERE, unlink(this.#path), undefined);
    } catch (error) {
      throw refused(`release ${name}`, error);
    }
    this.#isGone = true;
    onReleased();
  }

  async #write(): Promise<void> {
    const { token } = this.#options;
    await writeDurably(this.#path, { ...this.#resource, token });
  }
}
