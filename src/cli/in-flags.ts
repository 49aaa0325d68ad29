/** What the parts of a policy, and options, are called on the command line. */
const FLAGS: readonly [RegExp, string][] = [
  [/permissions\.net/g, '--net'],
  [/permissions\.time is not true; set permissions\.time to true/g, '--time is not given; give it'],
  [/policy\.files\.read(\[\d+\])?/g, '--read'],
  [/policy\.files\.write(\[\d+\])?/g, '--write'],
  [/policy\.net(\[\d+\])?/g, '--net'],
  [/\{ command: '([^']*)', anyArguments: true \} to policy\.commands/g, "'$1 *' to --command"],
  [/policy\.commands(\[\d+\])?(\.command)?/g, '--command'],
  [/policy\.environment(\[\d+\])?/g, '--env'],
  [/(policy\.allow|options\.tools)(\[\d+\])?/g, '--tool'],
  [/policy\.security/g, '--security'],
  [/(?:policy\.)?limits\.timeout/g, '--timeout'],
  [/^address is/g, '--connect is'],
  [/^source\.language is/g, '--language is'],
  [/^source\.(file|module) is/g, 'FILE is'],
  [/^options\.(tcp|http|websocket) is/g, '--$1 is'],
];

/** A message about a policy or an option as whoever typed flags understands it. */
export function inFlags(message: string): string {
  return FLAGS.reduce((text, [part, flag]) => text.replaceAll(part, flag), message);
}
