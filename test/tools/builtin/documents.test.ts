import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MINIMAL_PDF } from '#stint/tools/builtin/documents/example-pdf';
import { workshop } from './workshop.js';

const shop = workshop();

describe('pdf.text', () => {
  it('reads a file, its pages and what it says of itself', async () => {
    await writeFile(join(shop.directory, 'a.pdf'), MINIMAL_PDF, 'base64');
    expect(await shop.call('pdf.text', { path: 'a.pdf' })).toMatchObject({
      pages: [{ page: 1, text: 'Hello, PDF' }],
      total: 1,
      truncated: false,
      about: { Title: 'Hello', Author: 'Ada' },
    });
  });

  it.each([
    [{}, /TOOL_INPUT path: give path or base64/],
    [{ base64: 'aGVsbG8=' }, /TOOL_FAILED it cannot be read as a PDF/],
    [{ base64: '!' }, /TOOL_INPUT base64: it is not Base64/],
    [{ path: '../a.pdf' }, /PERMISSION_DENIED/],
    [{ path: 'a.pdf', first: 0 }, /first is 0/],
  ])('refuses %j', async (input, message) => {
    expect(await shop.failure('pdf.text', input)).toMatch(message);
  });

  it('survives every cut and many changes of a file', async () => {
    const bytes = Buffer.from(MINIMAL_PDF, 'base64');
    for (let cut = 10; cut < bytes.length; cut += 97) {
      const base64 = bytes.subarray(0, cut).toString('base64');
      const code = await shop.call('pdf.text', { base64 }).then(
        () => 'read',
        (error: { code: string }) => error.code,
      );
      expect(['read', 'TOOL_FAILED']).toContain(code);
    }
  });

  it('runs no script of a file', async () => {
    const evil = Buffer.from(
      Buffer.from(MINIMAL_PDF, 'base64')
        .toString('latin1')
        .replace('/Pages 2 0 R', '/Pages 2 0 R/OpenAction<</S/JavaScript/JS(globalThis.pwned=1)>>'),
      'latin1',
    );
    expect(await shop.call('pdf.text', { base64: evil.toString('base64') })).toMatchObject({ total: 1 });
    expect('pwned' in globalThis).toBe(false);
  });
});
