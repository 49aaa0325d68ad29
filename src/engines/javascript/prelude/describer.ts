import type { ClassOf, Primordials } from './primordials.js';

/** What the host is told of something that was thrown. All texts are the script's own. */
export interface Described {
  /** For an error: its `name`. */
  name?: string;
  message: string;
  /** For an error: its `stack`, the calls only. */
  stack?: string;
  /** For an error: its `code`, if that is a text. */
  code?: string;
  /** For an error with a `cause`: the cause's message. */
  cause?: string;
}

/**
 * Guest code (see primordials.ts): makes the function that puts something thrown into words. Getters of the script run,
 * under its limits; one that throws is passed over.
 */
export function makeDescriber(p: Primordials, classOf: ClassOf, inspect: (value: unknown) => string) {
  const ERROR = classOf(new Error());

  const read = (holder: object, key: string): string | undefined => {
    try {
      const value = (holder as never)[key] as unknown;
      return typeof value === 'string' ? value : undefined;
    } catch {
      return undefined;
    }
  };
  const isError = (thrown: unknown): thrown is object => classOf(thrown) === ERROR;
  const messageOf = (thrown: unknown): string => {
    if (typeof thrown === 'string') return thrown;
    if (!isError(thrown)) return inspect(thrown);
    return read(thrown, 'message') ?? '';
  };

  return function describe(thrown: unknown): Described {
    const described: Described = { __proto__: null, message: messageOf(thrown) } as never;
    if (!isError(thrown)) return described;
    described.name = read(thrown, 'name') ?? 'Error';
    described.stack = read(thrown, 'stack') ?? '';
    const code = read(thrown, 'code');
    if (code !== undefined) described.code = code;
    const cause = p.describeProperty(thrown, 'cause');
    if (cause !== undefined && 'value' in cause) described.cause = messageOf(cause.value);
    return described;
  };
}
