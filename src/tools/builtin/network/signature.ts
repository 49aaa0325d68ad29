import { createHmac, timingSafeEqual } from 'node:crypto';

/** A secret of Standard Webhooks has its key in Base64 behind this prefix; any other text is the key itself. */
const PREFIX = 'whsec_';

/**
 * The signature of a message, as Standard Webhooks 1.0 says (https://www.standardwebhooks.com).
 *
 * @param timestamp seconds since 1970
 */
export function sign(secret: string, id: string, timestamp: string, body: string): string {
  const key = secret.startsWith(PREFIX) ? Buffer.from(secret.slice(PREFIX.length), 'base64') : Buffer.from(secret);
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

/** Whether one of the signatures, which spaces divide, is the expected one; in a time that does not tell how much of it fits. */
export function hasSignature(signatures: string, expected: string): boolean {
  const right = Buffer.from(expected);
  return signatures.split(' ').some((signature) => {
    const given = Buffer.from(signature);
    return given.length === right.length && timingSafeEqual(given, right);
  });
}
