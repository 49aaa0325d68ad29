import { builtin } from '../builtin.js';
import { boolean, integer, object, withDefault } from '../schema.js';
import { SMALL_PNG } from './example-media.js';
import { changeImage, imageInput, imageOutput } from './image.js';

export const imageThumbnail = builtin({
  name: 'image.thumbnail',
  description:
    'A small picture of an image: no side longer than size, or a square with what is most interesting in it.',
  category: 'media',
  tags: ['image', 'preview', 'small', 'square'],
  security: 'privileged',
  permissions: ['read', 'write'],
  input: object(
    {},
    {
      ...imageInput,
      size: withDefault(200, integer('Pixels of the longer side.', { min: 1, max: 2000 })),
      square: withDefault(false, boolean('Whether to make a square, cutting off what sticks out.')),
    },
  ),
  output: imageOutput,
  examples: [
    { input: { base64: SMALL_PNG, size: 2 }, check: (output) => (output as { width: number }).width === 2 },
    {
      description: 'A square',
      input: { base64: SMALL_PNG, size: 2, square: true },
      check: (output) => (output as { height: number }).height === 2,
    },
  ],
  handler: ({ size, square, ...input }, context) =>
    changeImage(context, input, (image) =>
      square
        ? image.resize({ width: size, height: size, fit: 'cover', position: 'attention' })
        : image.resize({ width: size, height: size, fit: 'inside', withoutEnlargement: true }),
    ),
});
