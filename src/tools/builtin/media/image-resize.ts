import { builtin } from '../builtin.js';
import { wrongInput } from '../refusal.js';
import { boolean, object, oneOf, withDefault } from '../schema.js';
import { SMALL_PNG } from './example-media.js';
import { changeImage, checkPixels, imageInput, imageOutput, side } from './image.js';

export const imageResize = builtin({
  name: 'image.resize',
  description: 'Makes an image larger or smaller; of one side that is not given, in proportion.',
  category: 'media',
  tags: ['image', 'scale', 'width', 'height'],
  security: 'privileged',
  permissions: ['read', 'write'],
  input: object(
    {},
    {
      ...imageInput,
      width: side('Pixels.'),
      height: side('Pixels.'),
      fit: withDefault(
        'inside',
        oneOf(
          ['inside', 'outside', 'cover', 'contain', 'fill'],
          'With both sides: as in CSS; inside keeps the proportions.',
        ),
      ),
      enlarge: withDefault(true, boolean('Whether it may become larger than it is.')),
    },
  ),
  output: imageOutput,
  examples: [
    { input: { base64: SMALL_PNG, width: 2 }, check: (output) => (output as { height: number }).height === 1 },
    {
      input: { base64: SMALL_PNG, width: 8, height: 8, fit: 'fill', format: 'webp' },
      check: (output) =>
        (output as { width: number; format: string }).width === 8 && (output as { format: string }).format === 'webp',
    },
  ],
  handler({ width, height, fit, enlarge, ...input }, context) {
    if (width === undefined && height === undefined) throw wrongInput('width', 'give width, height or both');
    return changeImage(context, input, (image, size) => {
      checkPixels(
        width ?? Math.ceil(((height ?? 1) * size.width) / size.height),
        height ?? Math.ceil(((width ?? 1) * size.height) / size.width),
      );
      return image.resize(width ?? null, height ?? null, { fit, withoutEnlargement: !enlarge });
    });
  },
});
