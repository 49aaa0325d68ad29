import type { KernelClient } from '../kernel/client/kernel-client.js';

/** The flags that say what is to be had here: the daemon has its own policy, tools and permissions. */
const OWN = [
  'tools',
  'plugin',
  'security',
  'read',
  'write',
  'net',
  'command',
  'env',
  'tool',
  'time',
  'grace',
  'isolation',
];

/**
 * Connects to the user's daemon, and says so. Undefined if there is none, or a flag asks for what is to be done here.
 *
 * @param flags as commander hands them over; `daemon: false` is `--no-daemon`
 */
export async function useDaemon(flags: object): Promise<KernelClient | undefined> {
  const { daemon } = flags as { daemon?: boolean };
  if (daemon === false || OWN.some((flag) => Reflect.get(flags, flag) !== undefined)) return undefined;
  const [{ findDaemon }, { placesOf }] = await Promise.all([
    import('../daemon/find-daemon.js'),
    import('../daemon/places.js'),
  ]);
  const client = await findDaemon(placesOf(process.env).socket);
  if (client === undefined) return undefined;
  const { serverInfo } = await client.info();
  process.stderr.write(`stint: by the daemon, process ${serverInfo.pid}, under its policy; --no-daemon does it here\n`);
  return client;
}
