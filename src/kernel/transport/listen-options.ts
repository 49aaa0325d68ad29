import type { RequestListener } from 'node:http';
import { invalid } from '../../errors/invalid.js';
import { type OptionReader, readBoolean, readOptions, text } from '../../runtime/read-options.js';
import { type HostPort, readHostPort } from './address.js';
import { readToken } from './token.js';

/** What every listener can be told. */
export interface ListenCommon {
  /** Where to write how to connect: a file that only this user can read. It is removed when the listener is closed. */
  readonly connectionFile?: string;
  /** Whether its clients may shut the kernel down and see the events of others. Default: those of a unix socket and of stdio. */
  readonly control?: boolean;
}

/** What a listener that the network reaches can be told. */
export interface ListenNetwork extends ListenCommon {
  /** What clients have to know, at least 32 characters. Default: 256 random bits, in `listener.connection`. */
  readonly token?: string;
}

/** What a web server can be told. */
export interface ListenWeb extends ListenNetwork {
  /** By which names, with port, it may be called beside its own address: `kernel.example.com:443`. */
  readonly hosts?: readonly string[];
  /** The web pages that may use it, as browsers call them: `https://app.example.com`. Default: none but its own. */
  readonly origins?: readonly string[];
  /** What else it serves, by path, to those who know the token. */
  readonly routes?: Readonly<Record<string, RequestListener>>;
}

/** Where a kernel is to listen. A host and port are `'127.0.0.1:4800'` or `{ host, port }`; port 0 is any that is free. */
export type ListenOptions =
  | ({ readonly unix: string } & ListenCommon)
  | ({ readonly tcp: string | HostPort } & ListenNetwork)
  | ({ readonly websocket: string | HostPort } & ListenWeb)
  | ({ readonly http: string | HostPort } & ListenWeb)
  | ({ readonly stdio: true | StreamPair } & Pick<ListenCommon, 'control'>);

/** What is read from and written to in place of a socket. */
export interface StreamPair {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

const KINDS = ['unix', 'tcp', 'websocket', 'http', 'stdio'] as const;
const texts: OptionReader<string[]> = (value, name) => {
  if (!Array.isArray(value)) throw invalid(name, value, 'an array of texts');
  return value.map((item, index) => text(item, `${name}[${index}]`));
};
const routes: OptionReader<Record<string, RequestListener>> = (value, name) => {
  if (typeof value !== 'object' || value === null) throw invalid(name, value, 'an object of functions, by path');
  return value as Record<string, RequestListener>;
};
const streams: OptionReader<true | StreamPair> = (value, name) => {
  if (value === true) return value;
  const { input, output } = (value ?? {}) as Partial<StreamPair>;
  if (input === undefined || output === undefined)
    throw invalid(name, value, 'true, or an object { input, output } of streams');
  return { input, output };
};

/** Reads {@link ListenOptions}. @throws StintError `INVALID_ARGUMENT` */
export function readListenOptions(options: unknown) {
  const read = readOptions(options, 'options', {
    unix: text,
    tcp: readHostPort,
    websocket: readHostPort,
    http: readHostPort,
    stdio: streams,
    connectionFile: text,
    control: readBoolean,
    token: readToken,
    hosts: texts,
    origins: texts,
    routes,
  });
  const kinds = KINDS.filter((kind) => read[kind] !== undefined);
  if (kinds.length !== 1) throw invalid('options', options, `an object with one of ${KINDS.join(', ')}`);
  return read;
}

export type ReadListenOptions = ReturnType<typeof readListenOptions>;
