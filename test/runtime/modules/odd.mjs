// Functions that are odd but legal.
import { runInNewContext } from 'node:vm';

export const asksBadly = (_, { call }) => call('add', [[() => 1]]);
export const asksInVain = (_, { call }) => call('nothing');

const OTHER_REALM = "Object.assign(new RangeError('of a context'), { code: 'E_CONTEXT' })";
export function throwsOfOtherRealm() {
  runInNewContext(`throw ${OTHER_REALM}`);
}
export const givesOfOtherRealm = () => runInNewContext(OTHER_REALM);
export function throwsRevoked() {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  throw proxy;
}
export const givesTrap = async () =>
  new Proxy(
    {},
    {
      getPrototypeOf() {
        throw new Error('trap');
      },
    },
  );

export function removesPromise() {
  globalThis.Promise = undefined;
}

const gives = {
  behindMap: () => ({ map: new Map([['a', 1]]), list: [() => 1] }),
  withinMap: () => new Map([['a', { b: Symbol('c') }]]),
  behindCycle: () => {
    const value = { at: new Date() };
    value.self = value;
    return Object.assign(value, { weak: new WeakMap() });
  },
  port: () => ({ at: new Date(), port: new MessageChannel().port1 }),
  twice: (_, { transfer }) => {
    const buffer = new ArrayBuffer(4);
    return transfer({ buffer }, [buffer, buffer]);
  },
};
export default (what, context) => gives[what](what, context);
