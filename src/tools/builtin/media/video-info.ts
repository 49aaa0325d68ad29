import { builtin } from '../builtin.js';
import { sourceInput } from '../files/source.js';
import { failed } from '../refusal.js';
import { integer, list, number, object, text } from '../schema.js';
import { SHORT_AVI } from './example-media.js';
import { audioTrack, containerFields, containerOptional, defined, numberOf, readMedia, textOf } from './media.js';

const videoTrack = object(
  {
    codec: text('Such as AVC.'),
    width: integer('Pixels.', { min: 0, max: 1e6 }),
    height: integer('Pixels.', { min: 0, max: 1e6 }),
  },
  {
    seconds: number('How long it plays.', { min: 0 }),
    frameRate: number('Pictures a second.', { min: 0 }),
    frames: number('How many pictures.', { min: 0 }),
    bitRate: number('Bits a second.', { min: 0 }),
    rotation: number('Degrees that a player turns it.'),
  },
);

export const videoInfo = builtin({
  name: 'video.info',
  description:
    'What a video file says of itself: format, length, size, codecs, frame rate, sound, subtitles. A file of up to 256 MB; for pictures out of it, or to convert it, ffmpeg is needed, by process.run.',
  category: 'media',
  tags: ['video', 'mp4', 'mkv', 'duration', 'resolution', 'metadata', 'codec'],
  security: 'restricted',
  permissions: ['read'],
  limits: { memory: '256mb' },
  input: object({}, sourceInput),
  output: object(
    {
      ...containerFields,
      video: list(videoTrack, 'The pictures.'),
      audio: list(audioTrack, 'The sound.'),
      subtitles: list(
        object({ format: text('Such as SRT.'), language: text('Its language; empty if it says none.') }),
        'The subtitles.',
      ),
    },
    containerOptional,
  ),
  examples: [
    {
      input: { base64: SHORT_AVI },
      check: (output) => {
        const [track] = (output as { video: { width: number; frameRate: number }[] }).video;
        return track?.width === 16 && track.frameRate === 10;
      },
    },
    {
      description: 'A file',
      input: { path: 'example.avi' },
      check: (output) => (output as { format: string }).format === 'AVI',
    },
  ],
  async handler(source, context) {
    const { container, video, audio, texts } = await readMedia(context, source);
    if (video.length === 0) throw failed('it has no video');
    const pictures = video.map((track) => ({
      codec: textOf(track, 'Format') ?? 'unknown',
      width: numberOf(track, 'Width') ?? 0,
      height: numberOf(track, 'Height') ?? 0,
      ...defined({
        seconds: numberOf(track, 'Duration'),
        frameRate: numberOf(track, 'FrameRate'),
        frames: numberOf(track, 'FrameCount'),
        bitRate: numberOf(track, 'BitRate'),
        rotation: numberOf(track, 'Rotation'),
      }),
    }));
    const subtitles = texts.map((track) => ({
      format: textOf(track, 'Format') ?? 'unknown',
      language: textOf(track, 'Language') ?? '',
    }));
    return { ...container, video: pictures, audio, subtitles };
  },
});
