import { anything, readOptions, text } from '../../runtime/read-options.js';
import { control } from './method.js';
import { find } from './sessions.js';

const NAMED = { session: text, name: text };

/** What sessions keep beside their variables. */
export const artifactMethods = {
  'artifacts/list': control((services, params, call) => {
    const { session } = readOptions(params, 'params', { session: text });
    return { artifacts: find(services, call, session).artifacts.list() };
  }),

  'artifacts/load': control((services, params, call) => {
    const { session, name } = readOptions(params, 'params', NAMED);
    return find(services, call, session).artifacts.load(name);
  }),

  'artifacts/save': control((services, params, call) => {
    const { session, name, data, type } = readOptions(params, 'params', { ...NAMED, data: anything, type: text });
    return find(services, call, session).artifacts.save(name, data, type);
  }),

  'artifacts/remove': control((services, params, call) => {
    const { session, name } = readOptions(params, 'params', NAMED);
    find(services, call, session).artifacts.remove(name);
    return {};
  }),
};
