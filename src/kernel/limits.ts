import { readOptions, wholeNumber } from '../runtime/read-options.js';
import { type Bytes, type Duration, parseBytes, parseDuration } from '../runtime/units.js';

/** What a kernel's clients may use. Each client is counted by itself; one within the process is not limited by `inFlight` and `rate`. */
export interface KernelLimits {
  /** Connections at once, over all listeners. Default 20,000. */
  clients?: number;
  /** Requests of one client that are not answered yet. Default 64. One more fails with `QUEUE_FULL`. */
  inFlight?: number;
  /** Requests of one client in a second. Default 20,000. One more fails with `QUEUE_FULL`. */
  rate?: number;
  /** One message. Default 4 MiB. A longer one is skipped and answered with `PROTOCOL`. */
  message?: Bytes;
  /** What may wait for a client that does not read. Default 16 MiB. One that lets more pile up is disconnected. */
  unsent?: Bytes;
  /** Live scripts of one client. Default 16. One more fails with `QUEUE_FULL`. */
  scripts?: number;
  /** Open sessions of the clients of one listener. Default 64. One more fails with `QUEUE_FULL`. */
  sessions?: number;
  /** How long a session may be unused before it is closed. Default 30 minutes. */
  idle?: Duration;
  /** All artifacts of one session. Default 16 MiB. */
  artifacts?: Bytes;
  /** How long a connection may take to say who it is. Default 10 s. */
  handshake?: Duration;
  /** How long a client that has ended its half of a connection waits for what it has asked. Default 30 s. Then that is cancelled. */
  linger?: Duration;
}

/** {@link KernelLimits} with everything in bytes and milliseconds. */
export type ResolvedKernelLimits = { readonly [K in keyof KernelLimits]-?: number };

export const DEFAULT_KERNEL_LIMITS: ResolvedKernelLimits = {
  clients: 20_000,
  inFlight: 64,
  rate: 20_000,
  message: 4 * 1024 ** 2,
  unsent: 16 * 1024 ** 2,
  scripts: 16,
  sessions: 64,
  idle: 30 * 60_000,
  artifacts: 16 * 1024 ** 2,
  handshake: 10_000,
  linger: 30_000,
};

const MIB_64 = 64 * 1024 ** 2;
const bytes = (least: number, most: number) => (value: unknown, name: string) => parseBytes(value, name, least, most);

/** Reads each limit; what is missing is as in {@link DEFAULT_KERNEL_LIMITS}. @throws StintError `INVALID_ARGUMENT` */
export function resolveKernelLimits(limits: unknown): ResolvedKernelLimits {
  const read = readOptions(limits, 'options.limits', {
    clients: wholeNumber(1, 1_000_000),
    inFlight: wholeNumber(1, 100_000),
    rate: wholeNumber(1, 10_000_000),
    message: bytes(1024, MIB_64),
    unsent: bytes(1024, 1024 ** 3),
    scripts: wholeNumber(0, 100_000),
    sessions: wholeNumber(0, 100_000),
    idle: parseDuration,
    artifacts: bytes(0, 1024 ** 3),
    handshake: parseDuration,
    linger: parseDuration,
  });
  return { ...DEFAULT_KERNEL_LIMITS, ...read };
}
