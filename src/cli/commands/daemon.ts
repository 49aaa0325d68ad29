import { findDaemon, stopDaemon } from '../../daemon/find-daemon.js';
import { placesOf } from '../../daemon/places.js';
import type { KernelClient } from '../../kernel/client/kernel-client.js';
import { EXIT } from '../exit-status.js';

export interface DaemonFlags {
  /** An address, or the path of a socket or of a connection file. */
  readonly connect?: string;
  readonly json?: boolean;
}

/** `stint status`: 0 if a daemon answers, else 1. */
export async function status(flags: DaemonFlags): Promise<number> {
  await using client = await find(flags);
  if (client === undefined) return absent(flags);
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
  if (client === undefined) return absent(flags);
  await stopDaemon(client);
  process.stderr.write('stint: the daemon has ended\n');
  return EXIT.completed;
}

function find({ connect }: DaemonFlags): Promise<KernelClient | undefined> {
  return findDaemon(connect ?? placesOf(process.env).socket);
}

function absent({ connect }: DaemonFlags): number {
  const where = connect ?? placesOf(process.env).socket;
  process.stderr.write(`stint: no daemon listens at ${where}; 'stint serve --detach' starts one\n`);
  return EXIT.failed;
}
