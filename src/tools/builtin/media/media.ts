import type { ToolContext } from '../../tool-context.js';
import { sourceBytes } from '../files/source.js';
import { onThread } from '../on-thread.js';
import { failed } from '../refusal.js';
import { integer, number, object, text } from '../schema.js';

const media = onThread<typeof import('./media-work.js')>(new URL('./media-work.js', import.meta.url));

type Track = Readonly<Record<string, unknown>>;

export const containerFields = {
  format: text('Of the file, such as MPEG-4.'),
  bytes: integer('How large it is.', { min: 0, max: Number.MAX_SAFE_INTEGER }),
};

export const containerOptional = {
  seconds: number('How long it plays.', { min: 0 }),
  title: text('Its title.'),
  bitRate: number('Bits a second, all together.', { min: 0 }),
};

export const audioTrack = object(
  { codec: text('Such as AAC.') },
  {
    seconds: number('How long it plays.', { min: 0 }),
    channels: integer('Such as 2.', { min: 0, max: 1000 }),
    sampleRate: number('Samples a second.', { min: 0 }),
    bitRate: number('Bits a second.', { min: 0 }),
    language: text('Its language.'),
  },
);

/** What a file says of itself: the file, and its tracks by kind. */
export async function readMedia(context: ToolContext, source: { readonly path?: string; readonly base64?: string }) {
  const bytes = await sourceBytes(context, source);
  const tracks = await media(context, 'describe', bytes);
  const general = tracks.find((track) => track['@type'] === 'General') ?? {};
  const format = textOf(general, 'Format');
  if (format === undefined) throw failed('it is no audio or video file that is known');
  const of = (type: string) => tracks.filter((track) => track['@type'] === type);
  const container = {
    format,
    bytes: bytes.length,
    ...defined({
      seconds: numberOf(general, 'Duration'),
      title: textOf(general, 'Title'),
      bitRate: numberOf(general, 'OverallBitRate'),
    }),
  };
  return { general, container, video: of('Video'), audio: of('Audio').map(describeAudio), texts: of('Text') };
}

function describeAudio(track: Track) {
  return {
    codec: textOf(track, 'Format') ?? 'unknown',
    ...defined({
      seconds: numberOf(track, 'Duration'),
      channels: numberOf(track, 'Channels'),
      sampleRate: numberOf(track, 'SamplingRate'),
      bitRate: numberOf(track, 'BitRate'),
      language: textOf(track, 'Language'),
    }),
  };
}

export function textOf(track: Track, key: string): string | undefined {
  const value = track[key];
  return value === undefined || value === '' ? undefined : String(value).slice(0, 10_000);
}

export function numberOf(track: Track, key: string): number | undefined {
  const value = Number(track[key]);
  return track[key] === undefined || !Number.isFinite(value) || value < 0 ? undefined : value;
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without what is undefined. */
export function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}
