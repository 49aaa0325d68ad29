import { builtin } from '../builtin.js';
import { sourceInput } from '../files/source.js';
import { boolean, integer, object, text } from '../schema.js';
import { SMALL_PNG } from './example-media.js';
import { openImage } from './image.js';

export const imageInfo = builtin({
  name: 'image.info',
  description: 'The size of an image, its format, colours, orientation and frames, without unpacking it.',
  category: 'media',
  tags: ['image', 'size', 'dimensions', 'width', 'height', 'metadata'],
  security: 'restricted',
  permissions: ['read'],
  input: object({}, sourceInput),
  output: object(
    {
      format: text('Such as png.'),
      width: integer('Pixels, as it is shown.', { min: 1, max: 1e9 }),
      height: integer('Pixels, as it is shown.', { min: 1, max: 1e9 }),
      channels: integer('3 for colours, 4 with transparency.', { min: 1, max: 100 }),
      transparent: boolean('Whether it has transparency.'),
      space: text('Of colours, such as srgb.'),
      orientation: integer('As EXIF says; 1 is upright.', { min: 1, max: 8 }),
      frames: integer('Of an animation, or pages.', { min: 1, max: 1e6 }),
      exif: boolean('Whether it has EXIF metadata, which may say where it was made.'),
    },
    { density: integer('Pixels an inch.', { min: 1, max: 1e6 }) },
  ),
  examples: [
    {
      input: { base64: SMALL_PNG },
      check: (output) =>
        (output as { width: number; height: number }).width === 4 && (output as { height: number }).height === 2,
    },
    {
      description: 'A file',
      input: { path: 'example.png' },
      check: (output) => (output as { format: string }).format === 'png',
    },
  ],
  async handler(source, context) {
    const {
      format,
      autoOrient,
      channels,
      hasAlpha,
      space,
      orientation = 1,
      pages = 1,
      exif,
      density,
    } = (await openImage(context, source)).metadata;
    const { width, height } = autoOrient;
    const about = {
      format,
      width,
      height,
      channels,
      transparent: hasAlpha,
      space,
      orientation,
      frames: pages,
      exif: exif !== undefined,
    };
    return density === undefined ? about : { ...about, density: Math.round(density) };
  },
});
