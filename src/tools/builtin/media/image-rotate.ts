import { builtin } from '../builtin.js';
import { boolean, number, object, text, withDefault } from '../schema.js';
import { SMALL_PNG } from './example-media.js';
import { changeImage, checkPixels, imageInput, imageOutput } from './image.js';

export const imageRotate = builtin({
  name: 'image.rotate',
  description: 'Turns an image clockwise by any angle, or mirrors it.',
  category: 'media',
  tags: ['image', 'turn', 'flip', 'mirror', 'orientation'],
  security: 'privileged',
  permissions: ['read', 'write'],
  input: object(
    { angle: number('Degrees clockwise.', { min: -360, max: 360 }) },
    {
      ...imageInput,
      background: withDefault(
        '#00000000',
        text('What fills the corners, such as #ffffff.', { max: 9, pattern: '^#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?$' }),
      ),
      mirror: withDefault(false, boolean('Whether left and right change places, before it is turned.')),
    },
  ),
  output: imageOutput,
  examples: [
    {
      input: { base64: SMALL_PNG, angle: 90 },
      check: (output) => (output as { width: number }).width === 2 && (output as { height: number }).height === 4,
    },
    {
      description: 'Mirrored',
      input: { base64: SMALL_PNG, angle: 0, mirror: true },
      check: (output) => (output as { width: number }).width === 4,
    },
  ],
  handler: ({ angle, background, mirror, ...input }, context) =>
    changeImage(context, input, (image, { width, height }) => {
      const [cos, sin] = [Math.abs(Math.cos((angle * Math.PI) / 180)), Math.abs(Math.sin((angle * Math.PI) / 180))];
      checkPixels(Math.ceil(width * cos + height * sin), Math.ceil(width * sin + height * cos));
      return (mirror ? image.flop() : image).rotate(angle, { background });
    }),
});
