import { connectTo, findDaemon, stopDaemon } from '../../daemon/find-daemon.js';
import { placesOf } from '../../daemon/places.js';
import { isStintError } from '../../errors/stint-error.js';
import type { KernelClient } from '../../kernel/client/kernel-client.js';
import { EXIT } from '../exit-status.js';
import { endOnBrokenOutput } from '../signals.js';

export interface DaemonFlags {
  /** An address, or the path of a socket or of a connection file. */
  readonly connect?: string;
  readonly json?: boolean;
}

/** `stint status`: 0 if a daemon answers, else 1. */
export async function status(flags: DaemonFlags): Promise<number> {
  endOnBrokenOutput();
  await using client = await find(flags);
  if (client === undefined) return EXIT.failed;
  const stats = await client.stats();
  if (flags.json === true) {
    process.stdout.write(`${JSON.stringify(stats)}\n`);
    return EXIT.completed;
  }
  const {
    name,
    version,
    pid,
    uptimeMs,
    memory,
    clients,
    listeners,
    inFlight,
    answered,
    failed,
    tools,
    sessions,
    runtime,
  } = stats;
  const lines = {
    kernel: `${name} ${version}, process ${pid}, up for ${Math.round(uptimeMs / 1000)} s, ${Math.round(memory / 1024 ** 2)} MB`,
    listens: listeners.join(', '),
    clients: `${clients}, ${inFlight} requests in flight, ${answered} answered, ${failed} of them with an error`,
    tools: String(tools),
    sessions: String(sessions),
    scripts:
      runtime === undefined
        ? 'none so far'
        : `${runtime.live} live, ${runtime.queued} queued, ${runtime.started} so far, on ${runtime.threads.count} threads`,
  };
  for (const [key, value] of Object.entries(lines)) process.stdout.write(`${key.padEnd(9)}${value}\n`);
  return EXIT.completed;
}

/** `stint stop`: 0 when the daemon has ended, 1 if there is none. */
export async function stop(flags: DaemonFlags): Promise<number> {
  await using client = await find(flags);
  if (client === undefined) return EXIT.failed;
  await stopDaemon(client, (what) => process.stderr.write(`stint: ${what}\n`));
  process.stderr.write('stint: the daemon has ended\n');
  return EXIT.completed;
}

/** The daemon; undefined if there is none, which it says. An address that the user has named is taken as it is, and one that is none is thrown. */
async function find({ connect: named }: DaemonFlags): Promise<KernelClient | undefined> {
  const { socket } = placesOf(process.env);
  let why = `no daemon listens at ${socket}; 'stint serve --detach' starts one`;
  try {
    const client = await (named === undefined ? findDaemon(socket) : connectTo(named));
    if (client !== undefined) return client;
  } catch (error) {
    if (!isStintError(error, 'INVALID_ARGUMENT') || error.message.startsWith('address is')) throw error;
    why = error.message;
  }
  process.stderr.write(`stint: ${why}\n`);
  return undefined;
}
