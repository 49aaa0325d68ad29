import type { ModuleTools } from './module-context.js';

const METHODS = ['call', 'list', 'search', 'info'];

/**
 * What a module task calls tools by.
 *
 * @param send makes a call of the host
 */
export function makeTools(send: (method: string, args: unknown[]) => Promise<unknown>): ModuleTools {
  const named = (name: string): object =>
    new Proxy((input?: unknown) => send('tool.call', [name, input]), {
      // No promise, though `await` looks: it has no `then`.
      get: (_, key) => (typeof key === 'string' && key !== 'then' ? named(`${name}.${key}`) : undefined),
    });
  const methods = Object.fromEntries(
    METHODS.map((method) => [method, (...args: unknown[]) => send(`tool.${method}`, args)]),
  );
  return new Proxy(methods, {
    get: (_, key) => {
      if (typeof key !== 'string' || key === 'then') return undefined;
      return Object.hasOwn(methods, key) ? methods[key] : named(key);
    },
  }) as unknown as ModuleTools;
}
