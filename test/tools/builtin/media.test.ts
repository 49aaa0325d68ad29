import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { SHORT_AVI, SHORT_WAV, SMALL_PNG } from '#stint/tools/builtin/media/example-media';
import { workshop } from './workshop.js';

const shop = workshop();

const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#204060' } });
const base64Of = async (image: Sharp) => (await image.png().toBuffer()).toString('base64');

describe('image tools', () => {
  it('tell size, format and orientation as an image is shown', async () => {
    const turned = await picture(30, 20).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    expect(await shop.call('image.info', { base64: turned.toString('base64') })).toMatchObject({
      format: 'jpeg',
      width: 20,
      height: 30,
      orientation: 6,
      exif: true,
      transparent: false,
    });
  });

  it('write files that other programs read, without metadata', async () => {
    await picture(60, 40)
      .withMetadata({ orientation: 6, exif: { IFD0: { Copyright: 'me' } } })
      .jpeg()
      .toFile(join(shop.directory, 'a.jpg'));
    expect(await shop.call('image.resize', { path: 'a.jpg', destination: 'b.webp', width: 20 })).toMatchObject({
      width: 20,
      height: 30,
      format: 'webp',
      path: 'b.webp',
    });
    const written = await sharp(join(shop.directory, 'b.webp')).metadata();
    expect([written.format, written.width, written.height, written.exif]).toEqual(['webp', 20, 30, undefined]);
  });

  it('leave a file alone that is there, unless they are told to replace it', async () => {
    await writeFile(join(shop.directory, 'kept.png'), 'mine');
    const input = { base64: SMALL_PNG, destination: 'kept.png' };
    expect(await shop.failure('image.convert', input)).toMatch(/TOOL_FAILED there is 'kept.png' already/);
    expect(await readFile(join(shop.directory, 'kept.png'), 'utf8')).toBe('mine');
    expect(await shop.call('image.convert', { ...input, replace: true })).toMatchObject({ path: 'kept.png' });
  });

  it('crop, rotate and make thumbnails', async () => {
    const base64 = await base64Of(picture(40, 20));
    expect(await shop.call('image.crop', { base64, left: 30, top: 10, width: 10, height: 10 })).toMatchObject({
      width: 10,
      height: 10,
    });
    expect(await shop.call('image.rotate', { base64, angle: 45 })).toMatchObject({ width: 42, height: 42 });
    expect(await shop.call('image.thumbnail', { base64, size: 10 })).toMatchObject({ width: 10, height: 5 });
    expect(await shop.call('image.thumbnail', { base64, size: 100 })).toMatchObject({ width: 40, height: 20 });
  });

  it('do not unpack an image of too many pixels', async () => {
    expect(await shop.failure('image.resize', { base64: bomb(30_000, 30_000).toString('base64'), width: 10 })).toMatch(
      /TOOL_FAILED .*exceeds pixel limit/,
    );
    expect(
      await shop.failure('image.resize', { base64: SMALL_PNG, width: 16_000, height: 16_000, fit: 'fill' }),
    ).toMatch(/TOOL_INPUT width: 16000 x 16000 are more than/);
    expect(await shop.failure('image.resize', { base64: await base64Of(picture(1, 1000)), width: 10_000 })).toMatch(
      /TOOL_INPUT width/,
    );
  });

  it('read no SVG, which would be drawn by a program of its own', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/passwd"/></svg>';
    expect(await shop.failure('image.convert', { base64: Buffer.from(svg).toString('base64'), format: 'png' })).toMatch(
      /TOOL_FAILED it is svg/,
    );
  });

  it.each([
    ['image.info', {}, /TOOL_INPUT path: give path or base64/],
    ['image.info', { base64: 'aGVsbG8=' }, /TOOL_FAILED it cannot be read as an image/],
    ['image.resize', { base64: SMALL_PNG }, /TOOL_INPUT width: give width, height or both/],
    [
      'image.crop',
      { base64: SMALL_PNG, left: 3, top: 0, width: 2, height: 1 },
      /TOOL_INPUT width: the rectangle reaches beyond the image, which is 4 x 2/,
    ],
    ['image.rotate', { base64: SMALL_PNG, angle: 90, background: 'red' }, /background is 'red'/],
    ['image.convert', { base64: SMALL_PNG, format: 'bmp' }, /format is 'bmp'/],
    ['image.thumbnail', { base64: SMALL_PNG, destination: '../x.png' }, /PERMISSION_DENIED/],
    [
      'image.convert',
      { base64: Buffer.from(SMALL_PNG, 'base64').subarray(0, 60).toString('base64'), format: 'jpeg' },
      /TOOL_FAILED/,
    ],
  ])('%s refuses %.60j', async (name, input, message) => {
    expect(await shop.failure(name, input)).toMatch(message);
  });
});

/** A PNG that says it is huge; its data are a few bytes. */
function bomb(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const bytes = Buffer.alloc(body.length + 8);
    bytes.writeUInt32BE(data.length);
    body.copy(bytes, 4);
    bytes.writeUInt32BE(crc(body), body.length + 4);
    return bytes;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(1000))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function crc(bytes: Buffer): number {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  }
  return (value ^ 0xffffffff) >>> 0;
}

describe('audio.info and video.info', () => {
  it('tell what a file says of itself', async () => {
    await writeFile(join(shop.directory, 'a.wav'), SHORT_WAV, 'base64');
    expect(await shop.call('audio.info', { path: 'a.wav' })).toMatchObject({
      format: 'Wave',
      seconds: 1,
      tracks: [{ codec: 'PCM', channels: 1, sampleRate: 800 }],
      tags: {},
    });
    expect(await shop.call('video.info', { base64: SHORT_AVI })).toMatchObject({
      format: 'AVI',
      video: [{ width: 16, height: 16, frameRate: 10 }],
      audio: [],
      subtitles: [],
    });
  });

  it('reads the tags of an MP3', async () => {
    const frame = (id: string, text: string) =>
      Buffer.concat([Buffer.from(id), Buffer.from([0, 0, 0, text.length + 1, 0, 0, 3]), Buffer.from(text)]);
    const frames = Buffer.concat([frame('TIT2', 'Song'), frame('TPE1', 'Ada')]);
    const id3 = Buffer.concat([Buffer.from('ID3'), Buffer.from([3, 0, 0, 0, 0, 0, frames.length]), frames]);
    const silence = Buffer.concat(
      Array.from({ length: 40 }, () => Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0x64]), Buffer.alloc(413)])),
    );
    const answer = await shop.call('audio.info', { base64: Buffer.concat([id3, silence]).toString('base64') });
    expect(answer).toMatchObject({
      format: 'MPEG Audio',
      tags: { title: 'Song', performer: 'Ada' },
      tracks: [{ channels: 2, sampleRate: 44_100 }],
    });
  });

  it.each([
    ['audio.info', { base64: 'aGVsbG8gd29ybGQ=' }, /TOOL_FAILED it is no audio or video file/],
    ['audio.info', { base64: SHORT_AVI }, /TOOL_FAILED it has no audio/],
    ['video.info', { base64: SHORT_WAV }, /TOOL_FAILED it has no video/],
    ['video.info', { path: '/etc/hostname' }, /PERMISSION_DENIED/],
  ])('%s refuses %.40j', async (name, input, message) => {
    expect(await shop.failure(name, input)).toMatch(message);
  });

  it('survive every cut of a file', async () => {
    const bytes = Buffer.from(SHORT_AVI, 'base64');
    for (let cut = 12; cut < bytes.length; cut += 101) {
      const code = await shop.call('video.info', { base64: bytes.subarray(0, cut).toString('base64') }).then(
        () => 'read',
        (error: { code: string }) => error.code,
      );
      expect(['read', 'TOOL_FAILED']).toContain(code);
    }
  });
});
