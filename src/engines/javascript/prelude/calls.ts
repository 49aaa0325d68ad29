import type { Encoded } from './encoder.js';
import type { Primordials } from './primordials.js';

/** What the host keeps of {@link makeCalls}. */
export interface Calls {
  /** A script begins: makes the globals for its host functions and events, which are given as JSON arrays of names. */
  open(functions: string, events: string): void;
  /** Settles the promise of a call: with a value, with something open (`type` and its number), or with an error. */
  answer(id: number, type: string, value: unknown): void;
  /** `http.request`, out of reach of the script. */
  request(options: object): Promise<unknown>;
}

/**
 * Guest code (see primordials.ts): makes the ways out of a script. A call gives a promise, an event gives nothing.
 *
 * @param call starts a call of the host and gives its id; throws what the host refuses
 * @param startClock has the time of `performance` begin
 */
export function makeCalls(
  p: Primordials,
  encodeAll: (values: unknown[]) => Encoded,
  call: (kind: number, name: string, encoded: Encoded, handle: number) => number,
  startClock: () => void,
) {
  const FUNCTION = 0;
  const EVENT = 1;
  const BUILTIN = 2;
  const CHANNEL = 3;
  const TOOL = 4;
  const NO_HANDLE = -1;
  // A host function may have the name `globalThis`.
  const world = globalThis;
  interface Pending {
    resolve(value: unknown): void;
    reject(reason: unknown): void;
    /** Made by the call, for its stack: an answer comes from no line of the script. */
    error: Error;
  }
  const pending: { [id: number]: Pending } = { __proto__: null } as never;

  const define = (holder: object, name: string, value: unknown, enumerable = true): void => {
    p.define(holder, name, { __proto__: null, value, writable: true, enumerable, configurable: true } as never);
  };
  const start = (kind: number, name: string, args: unknown[], handle: number): Promise<unknown> => {
    const error = new p.Error();
    return new p.Promise((resolve, reject) => {
      pending[call(kind, name, encodeAll(args), handle)] = { __proto__: null, resolve, reject, error } as never;
    });
  };
  const caller = (kind: number, name: string) => {
    const fn = { [name]: (...args: unknown[]) => start(kind, name, args, NO_HANDLE) }[name] as object;
    return fn;
  };

  /** Something open: a class for each type, whose objects can only be made here. */
  const handleClass = (type: string, methods: string[]) => {
    const numbers = new p.WeakMap<object, number>();
    const prototype = {};
    for (let i = 0; i < methods.length; i += 1) {
      const method = methods[i] as string;
      const target = `${type}.${method}`;
      const fn = {
        [method](this: object, ...args: unknown[]) {
          const handle = p.weakMapGet(numbers, this) as number | undefined;
          if (handle === undefined) throw new p.TypeError(`${target} must be called on a ${type}`);
          return start(BUILTIN, target, args, handle);
        },
      }[method];
      define(prototype, method, fn);
    }
    define(prototype, Symbol.toStringTag as never, type);
    return (handle: number): object => {
      const made = p.create(prototype) as object;
      p.weakMapSet(numbers, made, handle);
      return made;
    };
  };
  const handles: { [type: string]: (handle: number) => object } = {
    __proto__: null,
    connection: handleClass('connection', ['read', 'write', 'close']),
    listener: handleClass('listener', ['accept', 'address', 'close']),
  } as never;

  const library = (name: string, methods: string[], kind = BUILTIN): void => {
    const holder = {};
    for (let i = 0; i < methods.length; i += 1) {
      const method = methods[i] as string;
      define(holder, method, caller(kind, `${name}.${method}`));
    }
    p.define(globalThis, name, {
      __proto__: null,
      value: holder,
      writable: true,
      enumerable: false,
      configurable: true,
    } as never);
  };
  p.define(globalThis, 'sleep', {
    __proto__: null,
    value: caller(BUILTIN, 'sleep'),
    writable: true,
    enumerable: false,
    configurable: true,
  } as never);
  library('time', ['now']);
  library('tcp', ['connect', 'listen']);
  library('http', ['request']);
  library('channel', ['send', 'receive', 'close'], CHANNEL);

  /** What stands for a tool: a function, whose fields are the tools that have more to their names. */
  const toolNamed = (name: string): object =>
    new p.Proxy((input: unknown) => start(TOOL, 'tool.call', [name, input], NO_HANDLE), {
      __proto__: null,
      get: (_: unknown, key: unknown) => toolField(`${name}.`, key),
    } as never);
  // No promise, though `await` looks: it has no `then`.
  const toolField = (path: string, key: unknown): unknown =>
    typeof key === 'string' && key !== 'then' ? toolNamed(path + key) : undefined;
  const methods = { __proto__: null } as unknown as { [name: string]: unknown };
  const toolMethods = ['call', 'list', 'search', 'info'];
  for (let i = 0; i < toolMethods.length; i += 1) {
    const method = toolMethods[i] as string;
    define(methods, method, caller(TOOL, `tool.${method}`));
  }
  p.define(globalThis, 'tool', {
    __proto__: null,
    value: new p.Proxy(methods, {
      __proto__: null,
      get: (_: unknown, key: unknown) => methods[key as string] ?? toolField('', key),
    } as never),
    writable: true,
    enumerable: false,
    configurable: true,
  } as never);

  const calls: Calls = {
    __proto__: null,
    open(functionNames: string, eventNames: string): void {
      startClock();
      const functions = {};
      const events = {};
      const names = p.parse(functionNames) as string[];
      for (let i = 0; i < names.length; i += 1) {
        const name = names[i] as string;
        const fn = caller(FUNCTION, name);
        define(functions, name, fn);
        // `undefined`, `NaN` and `Infinity` cannot be anything else.
        if (p.describeProperty(world, name)?.configurable !== false) define(world, name, fn);
      }
      const sent = p.parse(eventNames) as string[];
      for (let i = 0; i < sent.length; i += 1) {
        const name = sent[i] as string;
        define(events, name, (...args: unknown[]): void => {
          call(EVENT, name, encodeAll(args), NO_HANDLE);
        });
      }
      define(world, 'functions', functions);
      define(world, 'events', events);
    },
    request: (options: object) => start(BUILTIN, 'http.request', [options], NO_HANDLE),
    answer(id: number, type: string, value: unknown): void {
      const waiting = pending[id];
      if (waiting === undefined) return;
      delete pending[id];
      if (type === 'value') waiting.resolve(value);
      else if (type === 'error') {
        const { message, name, code } = value as { message: string; name?: string; code?: string };
        const { error } = waiting;
        define(error, 'message', message, false);
        if (name !== undefined) define(error, 'name', name);
        if (code !== undefined) define(error, 'code', code);
        waiting.reject(error);
      } else waiting.resolve((handles[type] as (handle: number) => object)(value as number));
    },
  } as never;
  return calls;
}
