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
