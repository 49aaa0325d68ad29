import { isIP } from 'node:net';
import { domainToUnicode } from 'node:url';
import { builtin } from '../builtin.js';
import { reading } from '../refusal.js';
import { boolean, integer, list, object, text } from '../schema.js';

/** What servers use to follow people, not to find pages. */
const TRACKING = /^(?:utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|yclid|_hs(?:enc|mi))$/i;

export const urlAnalyze = builtin({
  name: 'url.analyze',
  description:
    'Takes a URL apart, as browsers read it: parts, parameters, the name in Unicode, a cleaned form, and what is odd about it. It is not opened.',
  category: 'web',
  tags: ['url', 'parse', 'query', 'phishing', 'normalize'],
  security: 'safe',
  input: object(
    { url: text('The URL.', { min: 1, max: 8192 }) },
    { base: text('What it is relative to.', { min: 1, max: 8192 }) },
  ),
  output: object({
    href: text('In canonical form.'),
    scheme: text('Such as https.'),
    user: text('The user name in it.'),
    host: text('The name as it is asked for.'),
    hostUnicode: text('The name as people read it.'),
    port: integer('That it leads to; 0 if the scheme has none.', { min: 0, max: 65_535 }),
    path: text('The path.'),
    parameters: list(object({ name: text('Its name.'), value: text('Its value.') }), 'In their order.'),
    fragment: text('What follows #.'),
    clean: text('Without user, fragment and parameters that follow people.'),
    isAddress: boolean('Whether the host is an address.'),
    warnings: list(text('What is odd.'), 'What a reader may be misled by.'),
  }),
  examples: [
    {
      input: { url: 'HTTPS://Example.com:443/a/../b?q=1&utm_source=x#top' },
      check: (output) => (output as { clean: string }).clean === 'https://example.com/b?q=1',
    },
    {
      description: 'A name that looks like another',
      input: { url: 'http://user@xn--pple-43d.com/' },
      check: (output) => (output as { warnings: string[] }).warnings.length === 3,
    },
  ],
  handler({ url, base }) {
    const parsed = reading('url', () => new URL(url, base));
    const { protocol, username, hostname, pathname, hash, searchParams } = parsed;
    const clean = new URL(parsed);
    clean.username = clean.password = clean.hash = '';
    for (const name of [...clean.searchParams.keys()]) if (TRACKING.test(name)) clean.searchParams.delete(name);
    const isAddress = isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
    const hostUnicode = domainToUnicode(hostname);
    return {
      href: parsed.href,
      scheme: protocol.slice(0, -1),
      user: decoded(username),
      host: hostname,
      hostUnicode,
      port: Number(parsed.port) || ({ 'http:': 80, 'https:': 443, 'ftp:': 21, 'ws:': 80, 'wss:': 443 }[protocol] ?? 0),
      path: pathname,
      parameters: [...searchParams].map(([name, value]) => ({ name, value })),
      fragment: decoded(hash.slice(1)),
      clean: clean.href,
      isAddress,
      warnings: warningsOf(parsed, hostUnicode, isAddress),
    };
  },
});

function warningsOf(
  { protocol, username, password, hostname }: URL,
  hostUnicode: string,
  isAddress: boolean,
): string[] {
  const warnings: [boolean, string][] = [
    [username !== '' || password !== '', 'it has a user name, which can be made to look like a host'],
    [protocol === 'http:', 'it is not encrypted'],
    [isAddress, 'it leads to an address, not to a name'],
    [hostUnicode !== hostname, `its name has letters that are not ASCII: ${hostUnicode}`],
    [hostname.split('.').length > 5, 'its name has many parts; the last ones count'],
    [!['http:', 'https:'].includes(protocol), `its scheme is ${protocol.slice(0, -1)}`],
  ];
  return warnings.filter(([holds]) => holds).map(([, warning]) => warning);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A lone % is no escape: it is shown as it is.
    return text;
  }
}
