import { builtin } from '../builtin.js';
import { boolean, integer, object, text, withDefault } from '../schema.js';
import { hasSignature, sign } from './signature.js';

export const webhookVerify = builtin({
  name: 'webhook.verify',
  description: 'Checks the signature and the age of a webhook that was received, as Standard Webhooks says.',
  category: 'network',
  tags: ['webhook', 'signature', 'hmac', 'verify'],
  security: 'safe',
  input: object(
    {
      body: text('The body, exactly as it came.', { max: 8_000_000 }),
      id: text('The header webhook-id.', { min: 1, max: 200 }),
      timestamp: text('The header webhook-timestamp.', { max: 20, pattern: '^\\d+$' }),
      signature: text('The header webhook-signature.', { min: 1, max: 10_000 }),
      secret: text('The secret.', { min: 1, max: 1000 }),
    },
    {
      tolerance: withDefault(
        300,
        integer('Seconds that it may be old, or ahead; 0 for any age.', { min: 0, max: 1e9 }),
      ),
    },
  ),
  output: object({ valid: boolean('Whether it is right and of its time.'), reason: text('Why not.') }),
  examples: [
    {
      description: 'The example of the specification',
      input: {
        body: '{"test": 2432232314}',
        id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
        timestamp: '1614265330',
        signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
        secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
        tolerance: 0,
      },
      output: { valid: true, reason: '' },
    },
    {
      description: 'Too old',
      input: { body: '{}', id: 'msg_1', timestamp: '1614265330', signature: 'v1,AAAA', secret: 'secret' },
      check: (output) => !(output as { valid: boolean }).valid,
    },
  ],
  handler({ body, id, timestamp, signature, secret, tolerance }) {
    if (!hasSignature(signature, sign(secret, id, timestamp, body)))
      return { valid: false, reason: 'the signature is not that of the secret' };
    const age = Math.abs(Date.now() / 1000 - Number(timestamp));
    if (tolerance > 0 && age > tolerance)
      return { valid: false, reason: `it is ${Math.round(age)} s off; the tolerance is ${tolerance} s` };
    return { valid: true, reason: '' };
  },
});
