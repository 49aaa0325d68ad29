import { invalid } from '../../errors/invalid.js';
import { StintError } from '../../errors/stint-error.js';
import { anything, type OptionReader, oneOf, readOptions, text } from '../../runtime/read-options.js';
import { LOG_LEVELS, type LogLevel } from '../log.js';
import { TOPICS, type Topic } from '../topics.js';
import { control } from './method.js';

/** The version of the protocol: a client of another one is refused. */
export const PROTOCOL_VERSION = 'stint/1';

const readTopics: OptionReader<Topic[]> = (value, name) => {
  const isTopic = (item: unknown): item is Topic => TOPICS.includes(item as Topic);
  if (!Array.isArray(value) || value.length > TOPICS.length || !value.every(isTopic)) {
    throw invalid(name, value, `an array of ${TOPICS.join(', ')}`);
  }
  return value;
};

/** What is said about the kernel itself. */
export const serverMethods = {
  initialize: control(({ name, version, limits }, params, { client }) => {
    const { protocolVersion } = readOptions(params, 'params', {
      protocolVersion: text,
      clientInfo: anything,
      capabilities: anything,
      token: anything,
    });
    if (protocolVersion !== undefined && protocolVersion !== PROTOCOL_VERSION) {
      throw invalid('params.protocolVersion', protocolVersion, `'${PROTOCOL_VERSION}'`);
    }
    return {
      protocolVersion: PROTOCOL_VERSION,
      serverInfo: { name, version, pid: process.pid },
      capabilities: {
        tools: {},
        scripts: {},
        sessions: {},
        logging: {},
        events: TOPICS,
        control: client.account.principal.control,
      },
      client: client.id,
      limits,
    };
  }),

  ping: control((_services, params) => {
    readOptions(params, 'params', {});
    return {};
  }),

  stats: control((services, params) => {
    readOptions(params, 'params', {});
    return services.stats();
  }),

  'logging/setLevel': control((_services, params, { client }) => {
    const { level } = readOptions(params, 'params', { level: oneOf<LogLevel>(...LOG_LEVELS) });
    if (level === undefined) throw invalid('params.level', level, LOG_LEVELS.join(', '));
    client.logLevel = level;
    return {};
  }),

  'events/subscribe': control((services, params, { client }) => {
    for (const topic of readOptions(params, 'params', { topics: readTopics }).topics ?? []) {
      if (topic !== 'session' && !client.account.principal.control) {
        throw new StintError(
          'PERMISSION_DENIED',
          `this client may not see the ${topic} events of others; a client of the unix socket may`,
        );
      }
      client.topics.add(topic);
      services.watch(topic);
    }
    return { topics: [...client.topics] };
  }),

  'events/unsubscribe': control((_services, params, { client }) => {
    for (const topic of readOptions(params, 'params', { topics: readTopics }).topics ?? []) client.topics.delete(topic);
    return { topics: [...client.topics] };
  }),

  shutdown: control((services, params, { client }) => {
    readOptions(params, 'params', {});
    if (!client.account.principal.control) {
      throw new StintError(
        'PERMISSION_DENIED',
        'this client may not shut the kernel down; a client of its unix socket may',
      );
    }
    services.shutdown(client);
    return {};
  }),
};
