import { builtin } from '../builtin.js';
import { object, text } from '../schema.js';
import { SMALL_PNG } from './example-media.js';
import { changeImage, imageInput, imageOutput } from './image.js';

export const imageConvert = builtin({
  name: 'image.convert',
  description: 'Writes an image in another format: JPEG, PNG, WebP, AVIF, GIF or TIFF. Metadata are dropped.',
  category: 'media',
  tags: ['image', 'jpeg', 'png', 'webp', 'avif', 'compress'],
  security: 'privileged',
  permissions: ['read', 'write'],
  input: object(
    {},
    {
      ...imageInput,
      background: text('What is behind transparency, for JPEG, such as #ffffff.', {
        max: 9,
        pattern: '^#[0-9a-fA-F]{6}$',
      }),
    },
  ),
  output: imageOutput,
  examples: [
    {
      input: { base64: SMALL_PNG, format: 'jpeg', quality: 60 },
      check: (output) => (output as { base64: string }).base64.startsWith('/9j/'),
    },
    {
      input: { base64: SMALL_PNG, format: 'webp' },
      check: (output) => (output as { format: string }).format === 'webp',
    },
  ],
  handler: ({ background, ...input }, context) =>
    changeImage(context, input, (image) => (background === undefined ? image : image.flatten({ background }))),
});
