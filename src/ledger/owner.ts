/**
 * The folder in which one opened ledger keeps its records, and the proof that its process lives.
 *
 * 1. A folder appears with everything in it: who finds it finds a socket that answers.
 * 2. It goes last: when a record is left, so are the folder and who it belonged to.
 */
import { mkdir, readdir, rename, rm, rmdir, unlink } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { syncDirectory, UNFINISHED, writeDurably } from './files.js';
import { type Identity, ownIdentity } from './identity.js';
import { NOT_THERE, unless } from './ledger-error.js';
import { ALIVE } from './liveness.js';
import { type SocketPath, socketPath } from './socket-path.js';

/** The file that says who an owner is. */
export const OWNER = 'owner';

/** What the folder of an owner is called while it is being made. */
export const STAGED = '.new-';

export class Owner implements AsyncDisposable {
  readonly id: string;
  readonly identity: Identity;
  /** The folder of its records. */
  readonly folder: string;
  readonly #proof: Proof;

  private constructor(id: string, identity: Identity, folder: string, proof: Proof) {
    this.id = id;
    this.identity = identity;
    this.folder = folder;
    this.#proof = proof;
  }

  /** @param ledger the folder of all owners */
  static async claim(ledger: string, id: string): Promise<Owner> {
    const identity = await ownIdentity();
    const staged = join(ledger, STAGED + id);
    const folder = join(ledger, id);
    const remove = async () => {
      for (const path of [staged, folder]) await rm(path, { recursive: true, force: true });
    };
    // What an attempt that failed could not remove.
    await remove();
    await mkdir(staged, { mode: 0o700 });
    let proof: Proof | undefined;
    try {
      proof = await Proof.give(join(staged, ALIVE));
      await writeDurably(join(staged, OWNER), { id, ...identity });
      await rename(staged, folder);
      await syncDirectory(ledger);
      return new Owner(id, identity, folder, proof);
    } catch (error) {
      await proof?.[Symbol.asyncDispose]();
      await remove().catch(() => undefined);
      throw error;
    }
  }

  /** Takes the folder away if no record is left in it; then, or if one is, the owner is dead to all others. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await removeOwnerFolder(this.folder);
    } finally {
      await this.#proof[Symbol.asyncDispose]();
    }
  }
}

/** Removes the folder of an owner unless a record is left in it. */
export async function removeOwnerFolder(folder: string): Promise<void> {
  const names = await unless(NOT_THERE, readdir(folder), []);
  const left = names.filter((name) => name !== OWNER && name !== ALIVE && !name.endsWith(UNFINISHED));
  if (left.length > 0) return;
  // The socket last: a folder without it could be nobody's.
  const order = [...names.filter((name) => name !== ALIVE), ALIVE];
  for (const name of order) await unless(NOT_THERE, unlink(join(folder, name)), undefined);
  await unless(NOT_THERE, rmdir(folder), undefined);
}

/** A socket that answers for as long as this process lives. */
class Proof implements AsyncDisposable {
  readonly #server: Server;
  readonly #path: SocketPath;

  private constructor(server: Server, path: SocketPath) {
    this.#server = server;
    this.#path = path;
  }

  static async give(path: string): Promise<Proof> {
    const address = await socketPath(path);
    try {
      const server = createServer((connection) => {
        connection.on('error', () => connection.destroy());
        connection.destroy();
      });
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        // Exclusive: in a worker of node:cluster the primary would listen, and live on.
        server.listen({ path: address.path, exclusive: true }, resolve);
      });
      server.unref();
      // A connection that cannot be accepted, for want of descriptors say, was answered all the same.
      server.on('error', () => undefined);
      return new Proof(server, address);
    } catch (error) {
      await address[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise((resolve) => {
      this.#server.ref();
      this.#server.close(resolve);
    });
    await this.#path[Symbol.asyncDispose]();
  }
}
