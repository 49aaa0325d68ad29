import { describe, expect, it } from 'vitest';
import { LineReader } from '#stint/kernel/line-reader';

function read(chunks: (string | Buffer)[], most = 1000): string[] {
  const found: string[] = [];
  const reader = new LineReader(most, {
    line: (text) => found.push(text),
    unreadable: (why) => found.push(`! ${why}`),
  });
  for (const chunk of chunks) reader.add(Buffer.from(chunk as string));
  return found;
}

describe('LineReader', () => {
  it('gives the same lines however the bytes are split (3)', () => {
    const bytes = Buffer.from('{"a":"äöü€😀"}\n\n  \r\nlast\n');
    const whole = read([bytes]);
    expect(whole).toEqual(['{"a":"äöü€😀"}', '', '  \r', 'last']);
    for (let size = 1; size < bytes.length; size += 1) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      );
      expect(read(chunks)).toEqual(whole);
    }
  });

  it('tells a line that is too long once, and goes on with the next (1)', () => {
    const long = 'x'.repeat(1001);
    expect(read([`${long}\nok\n`])).toEqual(['! a message has more than 1000 bytes', 'ok']);
    expect(read([...long, ...long, '\n', 'o', 'k', '\n'])).toEqual(['! a message has more than 1000 bytes', 'ok']);
    expect(read([`${'x'.repeat(1000)}\n`])).toEqual(['x'.repeat(1000)]);
    expect(read([long])).toEqual(['! a message has more than 1000 bytes']);
  });

  it('skips what is no UTF-8 (2)', () => {
    expect(read([Buffer.from([0x22, 0xc3, 0x0a, 0x31, 0x0a])])).toEqual(['! a message is not UTF-8', '1']);
  });

  it('holds little of a line that never ends, in however many pieces it comes (1)', () => {
    const reader = new LineReader(64 * 1024, { line: () => undefined, unreadable: () => undefined });
    const before = process.memoryUsage().arrayBuffers;
    const piece = Buffer.from('x');
    for (let i = 0; i < 1_000_000; i += 1) reader.add(piece);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
  });
});
