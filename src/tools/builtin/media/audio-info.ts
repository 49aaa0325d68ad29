import { builtin } from '../builtin.js';
import { sourceInput } from '../files/source.js';
import { failed } from '../refusal.js';
import { list, object, record, text } from '../schema.js';
import { SHORT_WAV } from './example-media.js';
import { audioTrack, containerFields, containerOptional, readMedia, textOf } from './media.js';

/** What players show. */
const TAGS = [
  'Title',
  'Performer',
  'Album',
  'Album_Performer',
  'Track',
  'Track_Position',
  'Genre',
  'Recorded_Date',
  'Composer',
  'Comment',
];

export const audioInfo = builtin({
  name: 'audio.info',
  description:
    'What an audio file says of itself: format, length, codec, channels, rates, tags. A file of up to 256 MB; to convert or cut audio ffmpeg is needed, by process.run.',
  category: 'media',
  tags: ['audio', 'mp3', 'wav', 'flac', 'duration', 'metadata', 'id3'],
  security: 'restricted',
  permissions: ['read'],
  limits: { memory: '256mb' },
  input: object({}, sourceInput),
  output: object(
    {
      ...containerFields,
      tracks: list(audioTrack, 'The tracks.'),
      tags: record(text('What it says.'), 'Title, performer, album and the like.'),
    },
    containerOptional,
  ),
  examples: [
    {
      input: { base64: SHORT_WAV },
      check: (output) => {
        const { seconds, tracks } = output as { seconds: number; tracks: { sampleRate: number }[] };
        return seconds === 1 && tracks[0]?.sampleRate === 800;
      },
    },
    {
      description: 'A file',
      input: { path: 'example.wav' },
      check: (output) => (output as { format: string }).format === 'Wave',
    },
  ],
  async handler(source, context) {
    const { container, audio, general } = await readMedia(context, source);
    if (audio.length === 0) throw failed('it has no audio');
    const tags = TAGS.flatMap((tag) => {
      const value = textOf(general, tag);
      return value === undefined ? [] : [[tag.toLowerCase(), value]];
    });
    return { ...container, tracks: audio, tags: Object.fromEntries(tags) };
  },
});
