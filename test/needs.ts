/**
 * Whether to leave tests out, as something of the system is missing that they need: a line says what. Where `CI` is set nothing is left out: the tests fail.
 *
 * @param what that which is missing: 'strace'
 */
export function isMissing(what: string, isThere: boolean): boolean {
  if (isThere) return false;
  const failing = process.env['CI'] !== undefined;
  console.warn(`${failing ? 'needed' : 'not tested'}: there is no ${what} here`);
  return !failing;
}
