/** What the parts of a policy are called on the command line. */
const FLAGS: readonly [RegExp, string][] = [
  [/policy\.files\.read(\[\d+\])?/g, '--read'],
  [/policy\.files\.write(\[\d+\])?/g, '--write'],
  [/policy\.net(\[\d+\])?/g, '--net'],
  [/\{ command: '([^']*)', anyArguments: true \} to policy\.commands/g, "'$1 *' to --command"],
  [/policy\.commands(\[\d+\])?(\.command)?/g, '--command'],
  [/policy\.environment(\[\d+\])?/g, '--env'],
  [/(policy\.allow|options\.tools)(\[\d+\])?/g, '--tool'],
  [/policy\.security/g, '--security'],
  [/(?:policy\.)?limits\.timeout/g, '--timeout'],
];

/** A message about a policy as whoever typed flags understands it. */
export function inFlags(message: string): string {
  return FLAGS.reduce((text, [part, flag]) => text.replaceAll(part, flag), message);
}
