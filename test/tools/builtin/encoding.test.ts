import { describe, expect, it } from 'vitest';
import { workshop } from './workshop.js';

const shop = workshop();

describe('hash', () => {
  it.each([
    [{ data: '', algorithm: 'md5' }, 'd41d8cd98f00b204e9800998ecf8427e'],
    [{ data: 'YWJj', encoding: 'base64', algorithm: 'sha1' }, 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    [
      { data: '616263', encoding: 'hex', algorithm: 'sha3-256' },
      '3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532',
    ],
  ])('of %j is %s', async (input, digest) => {
    expect(await shop.call('hash', input)).toMatchObject({ digest });
  });

  it.each([
    [{ data: 'xyz', encoding: 'hex' }, /TOOL_INPUT data: it is not hexadecimal/],
    [{ data: 'a', algorithm: 'sha0' }, /algorithm is 'sha0'/],
    [{ data: 1 }, /data is 1/],
  ])('refuses %j', async (input, message) => {
    expect(await shop.failure('hash', input)).toMatch(message);
  });
});

describe('base64', () => {
  it('gives back what it was given', async () => {
    for (const alphabet of ['standard', 'url']) {
      for (const plain of ['', 'a', 'ab', 'abc', '\u0000ÿ€😀']) {
        const { data } = await shop.call<{ data: string }>('base64', { operation: 'encode', data: plain, alphabet });
        expect(await shop.call('base64', { operation: 'decode', data, alphabet })).toMatchObject({ data: plain });
      }
    }
  });

  it('takes a text of millions of characters, and white space in it', async () => {
    const data = `${'QUJD'.repeat(1_000_000)}\n`;
    expect(await shop.call('base64', { operation: 'decode', data })).toMatchObject({ bytes: 3_000_000 });
  });

  it.each([
    [{ operation: 'decode', data: 'a' }, /TOOL_INPUT data: it is not Base64/],
    [{ operation: 'decode', data: 'ab-_' }, /TOOL_INPUT data: it is not Base64/],
    [{ operation: 'decode', data: '/w==' }, /no UTF-8; set plain to 'hex'/],
    [{ operation: 'decode', data: 'ab=c' }, /TOOL_INPUT data/],
    [{ operation: 'decode', data: 'a===' }, /TOOL_INPUT data/],
    [{ operation: 'decode', data: 'QQ=' }, /TOOL_INPUT data/],
    [{ operation: 'decode', data: 'QUI==' }, /TOOL_INPUT data/],
  ])('refuses %j', async (input, message) => {
    expect(await shop.failure('base64', input)).toMatch(message);
  });
});

describe('uuid', () => {
  it('makes as many as it is asked for, all different', async () => {
    const { uuids } = await shop.call<{ uuids: string[] }>('uuid', { count: 1000 });
    expect(new Set(uuids).size).toBe(1000);
    expect(uuids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab]/);
  });

  it.each([
    [{ version: 'v5', name: 'a' }, /TOOL_INPUT namespace: v5 needs one/],
    [{ version: 'v5', namespace: 'isbn', name: 'a' }, /namespace is 'isbn'/],
    [{ version: 'v5', namespace: 'dns' }, /TOOL_INPUT name: v5 needs one/],
    [{ version: 'v5', namespace: '00000000-0000-9999-0000-000000000000', name: 'a' }, /TOOL_INPUT namespace: /],
    [{ count: 1001 }, /count is 1001/],
  ])('refuses %j', async (input, message) => {
    expect(await shop.failure('uuid', input)).toMatch(message);
  });
});
