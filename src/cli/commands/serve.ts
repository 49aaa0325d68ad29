import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type FromDaemon, type RefusalOfDaemon, startDetached } from '../../daemon/detach.js';
import { LogFile } from '../../daemon/log-file.js';
import { makePrivate, type Places, placesOf } from '../../daemon/places.js';
import { serve } from '../../daemon/serve.js';
import { systemdUnit } from '../../daemon/unit.js';
import { messageOf } from '../../errors/describe.js';
import { toEnvelope } from '../../errors/envelope.js';
import { isStintError, type StintError } from '../../errors/stint-error.js';
import type { LogLevel } from '../../kernel/log.js';
import type { ListenOptions } from '../../kernel/transport/listen-options.js';
import { EXIT } from '../exit-status.js';
import { readDuration } from '../limit-options.js';
import { goOnWithoutReaders, watchSignals } from '../signals.js';

export interface ServeFlags {
  readonly unix?: string;
  readonly tcp?: string;
  readonly http?: string;
  readonly websocket?: string;
  readonly config?: string;
  readonly log?: string;
  readonly grace?: string;
  readonly detach?: boolean;
  readonly printUnit?: boolean;
}

const MAIN = fileURLToPath(new URL('../main.cjs', import.meta.url));
const DEFAULT_GRACE = '5s';

/** `stint serve`: returns the exit status when the kernel has ended. */
export async function serveKernel(flags: ServeFlags): Promise<number> {
  const places = placesOf(process.env);
  const grace = readDuration(flags.grace ?? DEFAULT_GRACE, '--grace');
  if (flags.printUnit === true) {
    process.stdout.write(systemdUnit(process.execPath, MAIN, argumentsOf(flags), grace));
    return EXIT.completed;
  }
  if (flags.detach === true) {
    const log = resolve(flags.log ?? places.log);
    const { pid, addresses } = await startDetached(MAIN, ['serve', ...argumentsOf({ ...flags, log })], log);
    process.stdout.write(`${addresses.map((address) => `${address}\n`).join('')}`);
    process.stderr.write(`stint: serving in the background, process ${pid}; its log is ${log}\n`);
    return EXIT.completed;
  }
  try {
    return await serveHere(flags, places, grace);
  } catch (error) {
    if (process.send === undefined || !isStintError(error)) throw error;
    await refuse(error);
    return EXIT.runtime;
  }
}

/** Tells the process that started this one in the background why it does not serve; it is there, and says so. */
async function refuse(error: StintError): Promise<void> {
  const refusal: RefusalOfDaemon = { ready: false, error: toEnvelope(error) };
  await new Promise((told) => process.send?.(refusal, told));
  process.disconnect();
}

async function serveHere(flags: ServeFlags, places: Places, grace: number): Promise<number> {
  goOnWithoutReaders();
  using file = flags.log === undefined ? undefined : new LogFile(flags.log);
  const log = (level: LogLevel, logger: string, data: unknown): void => {
    if (file !== undefined) file.write(level, logger, data);
    else if (level !== 'debug') process.stderr.write(`${level} ${logger} ${JSON.stringify(data)}\n`);
  };
  const listen = await listenOptions(flags, places);
  const serving = await serve({
    listen,
    config: flags.config ?? places.config,
    configOptional: flags.config === undefined,
    log,
    grace,
  });
  const addresses = serving.listeners.map(({ address }) => address);
  const reload = (): void => {
    try {
      file?.reopen();
    } catch (error) {
      log('error', 'daemon', { event: 'the log goes on in its old file', why: messageOf(error) });
    }
    void serving.reload();
  };
  process.on('SIGHUP', reload);
  let interrupt!: (why: string) => void;
  const interrupted = new Promise<string>((end) => {
    interrupt = end;
  });
  using signals = watchSignals(() => interrupt('a signal'));
  // A process that started this one in the background waits for it.
  if (process.send !== undefined)
    process.send({ ready: true, addresses } satisfies FromDaemon, () => process.disconnect());
  else process.stdout.write(addresses.map((address) => `${address}\n`).join(''));
  const why = await Promise.race([serving.endAsked, interrupted]);
  log('notice', 'daemon', { event: 'asked to end', by: why });
  await serving.close();
  process.off('SIGHUP', reload);
  return signals.status === undefined || signals.status === SIGTERM_STATUS ? EXIT.completed : signals.status;
}

/** What a service manager sends is no failure. */
const SIGTERM_STATUS = 143;

async function listenOptions(flags: ServeFlags, places: Places): Promise<ListenOptions[]> {
  const { unix, tcp, http, websocket } = flags;
  const options: ListenOptions[] = [];
  if (unix !== undefined) options.push({ unix: resolve(unix) });
  await makePrivate(places.runtime);
  if (tcp !== undefined) options.push({ tcp, connectionFile: places.connectionFile('tcp') });
  if (http !== undefined) options.push({ http, connectionFile: places.connectionFile('http') });
  if (websocket !== undefined) options.push({ websocket, connectionFile: places.connectionFile('websocket') });
  // The user's own socket, by which `stint status` and `stint stop` find it.
  return unix === undefined ? [{ unix: places.socket }, ...options] : options;
}

/** The flags again, for a process that has another working directory. */
function argumentsOf({ unix, tcp, http, websocket, config, log, grace }: ServeFlags): string[] {
  const paths = Object.entries({ unix, config, log }).map(([flag, path]) => [flag, path && resolve(path)] as const);
  return [...paths, ...Object.entries({ tcp, http, websocket, grace })].flatMap(([flag, value]) =>
    value === undefined ? [] : [`--${flag}`, value],
  );
}
