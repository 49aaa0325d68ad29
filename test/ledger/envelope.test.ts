import { describe, expect, it } from 'vitest';
import { decode, encode, MOST_BYTES } from '#stint/ledger/envelope';

const RECORD = { kind: 'segment', name: 'stint-aaaaaaaaaaaaaaaa-1', bytes: 4096, token: 'stint-aaaaaaaaaaaaaaaa-1' };

describe('a file of the ledger', () => {
  it('says what was written, whatever the text', () => {
    for (const value of [RECORD, { command: 'ü\u2028\u0000\ud83d\ude00"\\\n' }, {}]) {
      expect(decode(encode(value))).toEqual({ value });
    }
  });

  it('is not believed if it is cut short, at any byte', () => {
    const whole = encode(RECORD);
    for (let length = 0; length < whole.length; length++) {
      expect(decode(whole.subarray(0, length)), `${length} bytes`).toHaveProperty('fault');
    }
  });

  it('is not believed if something follows', () => {
    expect(decode(Buffer.concat([encode(RECORD), Buffer.from('\n')]))).toHaveProperty('fault');
    expect(decode(Buffer.concat([encode(RECORD), encode(RECORD)]))).toHaveProperty('fault');
  });

  it('is not believed if any bit of it has changed', () => {
    const whole = encode(RECORD);
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const changed = Buffer.from(whole);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(decode(changed), `bit ${bit}`).toHaveProperty('fault');
    }
  });

  it('is told apart if it is of a later version', () => {
    const future = encode(RECORD).toString().replace('stint-ledger 1 ', 'stint-ledger 2 ');
    expect(decode(Buffer.from(future))).toEqual({ fault: expect.stringContaining('later version') });
  });

  it('is not believed if it is too long', () => {
    expect(decode(encode({ text: 'x'.repeat(MOST_BYTES) }))).toEqual({ fault: expect.stringContaining('longer than') });
  });

  it('holds an object, and nothing else', () => {
    for (const value of [[], null, 'text', 7])
      expect(decode(encode(value as object))).toEqual({ fault: 'it holds no object' });
  });
});
