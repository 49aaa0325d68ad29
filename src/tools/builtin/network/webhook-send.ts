import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { messageOf } from '../../../errors/describe.js';
import { isStintError } from '../../../errors/stint-error.js';
import { builtin } from '../builtin.js';
import { failed, wrongInput } from '../refusal.js';
import { anything, boolean, integer, object, text, withDefault } from '../schema.js';
import { headersInput, httpUrl } from './http-body.js';
import { sign } from './signature.js';

const FIRST_WAIT_MS = 200;

export const webhookSend = builtin({
  name: 'webhook.send',
  description:
    'Posts an event to a webhook as JSON, signed as Standard Webhooks says if there is a secret, and again after a while if the server fails (429, 5xx, no answer).',
  category: 'network',
  tags: ['webhook', 'event', 'notify', 'callback', 'hmac'],
  security: 'restricted',
  permissions: ['net', 'environment'],
  input: object(
    { url: httpUrl('Where to.'), event: anything('What to send.') },
    {
      id: text('The same for each attempt, so that the receiver takes it once. Default: a random one.', {
        min: 1,
        max: 200,
        pattern: '^[^\\s.]+$',
      }),
      secret: text('The secret.', { min: 1, max: 1000 }),
      secretVariable: text('In place of secret: the environment variable that has it.', { min: 1, max: 100 }),
      headers: withDefault({}, headersInput),
      attempts: withDefault(3, integer('How often to try.', { min: 1, max: 6 })),
    },
  ),
  output: object({
    id: text('The id of the event.'),
    delivered: boolean('Whether the server took it (2xx).'),
    status: integer('The last status; 0 if there was no answer.', { min: 0, max: 599 }),
    attempts: integer('How often it was tried.', { min: 1, max: 6 }),
    response: text('The beginning of the last answer.', { max: 2000 }),
  }),
  examples: [
    {
      input: { url: 'http://example.com/hook', event: { type: 'ping' } },
      check: (output) => (output as { delivered: boolean }).delivered,
    },
    {
      description: 'Signed',
      input: { url: 'http://example.com/hook', event: { type: 'ping' }, id: 'msg_1', secret: 'whsec_c2VjcmV0' },
      check: (output) => (output as { id: string }).id === 'msg_1',
    },
  ],
  async handler({ url, event, id = `msg_${randomUUID()}`, secret, secretVariable, headers, attempts }, context) {
    const key = secretVariable === undefined ? secret : context.environment(secretVariable);
    if (secretVariable !== undefined && key === undefined)
      throw wrongInput('secretVariable', `'${secretVariable}' is not set`);
    const body = JSON.stringify(event);
    let last = { status: 0, response: '' };
    for (let attempt = 1; ; attempt += 1) {
      const timestamp = `${Math.floor(Date.now() / 1000)}`;
      const signed = key === undefined ? {} : { 'webhook-signature': sign(key, id, timestamp, body) };
      const sent = {
        'content-type': 'application/json',
        ...headers,
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        ...signed,
      };
      last = await post(context.fetch, url, sent, body);
      const again = last.status === 0 || last.status === 429 || last.status >= 500;
      const delivered = last.status >= 200 && last.status < 300;
      if (!again || attempt === attempts) return { id, delivered, ...last, attempts: attempt };
      context.progress(attempt, attempts, `answered ${last.status}`);
      await wait(FIRST_WAIT_MS * 2 ** (attempt - 1), undefined, { signal: context.signal }).catch((error: unknown) => {
        throw failed('it was ended between two attempts', error);
      });
    }
  },
});

type Fetch = (url: string, init: object) => Promise<Response>;

async function post(fetch: Fetch, url: string, headers: Readonly<Record<string, string>>, body: string) {
  try {
    const response = await fetch(url, { method: 'POST', headers, body, redirect: 'error' });
    return { status: response.status, response: (await response.text()).slice(0, 2000) };
  } catch (error) {
    if (isStintError(error) && error.code !== 'TOOL_FAILED') throw error;
    return { status: 0, response: messageOf(error).slice(0, 2000) };
  }
}
