import { builtin } from '../builtin.js';
import { wrongInput } from '../refusal.js';
import { integer, object } from '../schema.js';
import { SMALL_PNG } from './example-media.js';
import { changeImage, imageInput, imageOutput, side } from './image.js';

export const imageCrop = builtin({
  name: 'image.crop',
  description: 'Cuts a rectangle out of an image.',
  category: 'media',
  tags: ['image', 'cut', 'extract', 'region'],
  security: 'privileged',
  permissions: ['read', 'write'],
  input: object(
    {
      left: integer('Pixels from the left.', { min: 0, max: 1e6 }),
      top: integer('Pixels from the top.', { min: 0, max: 1e6 }),
      width: side('Of the rectangle.'),
      height: side('Of the rectangle.'),
    },
    imageInput,
  ),
  output: imageOutput,
  examples: [
    {
      input: { base64: SMALL_PNG, left: 1, top: 0, width: 2, height: 2 },
      check: (output) => (output as { width: number }).width === 2,
    },
    {
      input: { base64: SMALL_PNG, left: 3, top: 1, width: 1, height: 1 },
      check: (output) => (output as { height: number }).height === 1,
    },
  ],
  handler: ({ left, top, width, height, ...input }, context) =>
    changeImage(context, input, (image, size) => {
      if (left + width > size.width || top + height > size.height) {
        throw wrongInput('width', `the rectangle reaches beyond the image, which is ${size.width} x ${size.height}`);
      }
      return image.extract({ left, top, width, height });
    }),
});
