import type { Transferable } from '../values/transfer.js';
import type { ToHost } from './messages.js';

/** A worker thread's end of the way to its host. */
export interface WorkerLink {
  /** Sends a message, and calls the host. */
  send(message: ToHost): void;
  /** Sends a message that may wait until the host is called for another. */
  hold(message: ToHost): void;
  /** Sends a message with what it hands over. @throws DataCloneError if it cannot be cloned: nothing is sent then */
  sendCloned(message: ToHost, transfer: readonly Transferable[]): void;
  /** Calls the host, if there is something that it has not looked at. */
  call(): void;
  /** Takes all that has come. False if that was nothing. */
  takeAll(): boolean;
  /** The thread goes about other things. False if something has come: it has to be taken first. */
  leave(): boolean;
  /** Looks for something to come, for a moment. True if something has. */
  spin(): boolean;
  /** Blocks the thread until something comes, but no longer than so many milliseconds. */
  block(ms: number): void;
  /** After a break, which may have unwound a message that was being sent. */
  recover(): void;
}
