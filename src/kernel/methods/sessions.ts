import { invalid } from '../../errors/invalid.js';
import type { ScriptLanguage } from '../../errors/stint-error.js';
import { DEFAULT_LIMITS, type Limits, parseTimeout, resolveLimits } from '../../runtime/limits.js';
import { anything, type OptionReader, oneOf, readOptions, text } from '../../runtime/read-options.js';
import { parseDuration } from '../../runtime/units.js';
import { copyValues } from '../../values/copy-value.js';
import type { Value } from '../../values/value.js';
import type { Call } from '../call.js';
import type { Services } from '../services.js';
import type { Session } from '../sessions/session.js';
import { control, work } from './method.js';
import { readArgs, readTools, scriptOptions } from './scripts.js';

const readCode: OptionReader<string> = (value, name) => {
  if (typeof value !== 'string') throw invalid(name, value, 'the text of a script');
  return value;
};

/** A piece may wait while its caller goes on with what it gave. */
const copyArgs: OptionReader<Value[]> = (value, name) => copyValues(readArgs(value, name), 'args');

/** State between calls. */
export const sessionMethods = {
  'sessions/open': control((services, params, call) => {
    const {
      language,
      name,
      limits,
      idle,
      tools = false,
    } = readOptions(params, 'params', {
      language: oneOf<ScriptLanguage>('lua', 'javascript', 'typescript'),
      name: text,
      limits: anything,
      idle: parseDuration,
      tools: readTools,
    });
    if (language === undefined) throw invalid('params.language', language, "'lua', 'javascript' or 'typescript'");
    const session = services.sessions.open(call.client.account.principal.name, {
      name: name ?? language,
      language,
      limits: resolveLimits((limits ?? {}) as Limits, DEFAULT_LIMITS, 'params.limits'),
      idle: Math.min(idle ?? services.limits.idle, services.limits.idle),
      artifacts: services.limits.artifacts,
      options: scriptOptions(services, call, tools),
    });
    return session.info();
  }),

  'sessions/run': work((services, params, call) => {
    const {
      session: id,
      code,
      args,
      timeout,
    } = readOptions(params, 'params', {
      session: text,
      code: readCode,
      args: copyArgs,
      timeout: parseTimeout,
    });
    if (code === undefined) throw invalid('params.code', code, 'the text of a script');
    const session = find(services, call, id);
    return call.client.account.withScript(async () => {
      const value = await session.run(code, {
        args: args ?? [],
        timeout: timeout ?? session.timeout,
        signal: call.signal,
        output: call.listener.output ?? (() => undefined),
      });
      return { value };
    });
  }),

  /** Takes a session up again, from another connection say: says how it stands, and puts its idle time off. */
  'sessions/resume': control((services, params, call) => find(services, call, readId(params)).info()),

  'sessions/interrupt': control((services, params, call) => ({
    interrupted: find(services, call, readId(params)).interrupt('the session was interrupted'),
  })),

  'sessions/list': control((services, params, call) => {
    readOptions(params, 'params', {});
    return { sessions: services.sessions.list(call.client.account.principal.name) };
  }),

  'sessions/close': work(async (services, params, call) => {
    await services.sessions.close(call.client.account.principal.name, readId(params));
    return {};
  }),
};

function readId(params: object): string | undefined {
  return readOptions(params, 'params', { session: text }).session;
}

/** The caller's session of that id. @throws StintError `INVALID_ARGUMENT` */
export function find(services: Services, call: Call, id: unknown): Session {
  return services.sessions.find(call.client.account.principal.name, id);
}
