import type { Sharp, SharpOptions } from 'sharp';
import { messageOf } from '../../../errors/describe.js';
import type { ToolContext } from '../../tool-context.js';
import { filePath } from '../files/file-schema.js';
import { sourceBytes, sourceInput } from '../files/source.js';
import { library } from '../on-thread.js';
import { failed, wrongInput } from '../refusal.js';
import { boolean, integer, object, oneOf, text, withDefault } from '../schema.js';

const IMAGE_FORMATS = ['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const;
export type ImageFormat = (typeof IMAGE_FORMATS)[number];

/** An image says how large it is unpacked; beyond this it is not unpacked. */
const MOST_PIXELS = 50_000_000;
const SECONDS = 20;
/** What is read. Not SVG, PDF and what else the library would hand to a renderer. */
const READ: readonly string[] = ['jpeg', 'png', 'webp', 'heif', 'gif', 'tiff'];

export const side = (description: string) => integer(description, { min: 1, max: 16_384 });

/** The input of a tool that changes an image, beside what it does. */
export const imageInput = {
  ...sourceInput,
  destination: filePath('Where to write the result. Default: nowhere, it is given as base64.'),
  replace: withDefault(false, boolean('Whether a file that is there already goes.')),
  format: oneOf(IMAGE_FORMATS, 'Of the result. Default: as the name of destination says, else that of the image.'),
  quality: withDefault(80, integer('Of jpeg, webp, avif and tiff.', { min: 1, max: 100 })),
};

export interface ImageInput {
  readonly path?: string;
  readonly base64?: string;
  readonly destination?: string;
  readonly replace: boolean;
  readonly format?: ImageFormat;
  readonly quality: number;
}

export const imageOutput = object(
  {
    width: side('Pixels.'),
    height: side('Pixels.'),
    format: oneOf(IMAGE_FORMATS, 'The format.'),
    bytes: integer('How many bytes it has.', { min: 1, max: 1e9 }),
  },
  { base64: text('The image, without destination.', { max: 64_000_000 }), path: text('Where it was written.') },
);

/** Opens an image. Its orientation is applied, other metadata are dropped. */
export async function openImage(context: ToolContext, source: { readonly path?: string; readonly base64?: string }) {
  const { default: sharp } = await library(() => import('sharp'));
  const options: SharpOptions = { limitInputPixels: MOST_PIXELS, failOn: 'error', sequentialRead: true };
  const image = sharp(await sourceBytes(context, source), options);
  const metadata = await image.metadata().catch((error: unknown) => {
    throw failed(`it cannot be read as an image: ${messageOf(error)}`);
  });
  if (!READ.includes(metadata.format))
    throw failed(`it is ${metadata.format}; images that are read are ${READ.join(', ')}`);
  return { image, metadata };
}

/** Opens an image, changes it, and writes the result or gives it back. */
export async function changeImage(
  context: ToolContext,
  input: ImageInput,
  change: (image: Sharp, size: { width: number; height: number }) => Sharp,
) {
  const { destination, replace, quality } = input;
  if (destination !== undefined && !replace && (await context.files.stat(destination, 'write')) !== undefined) {
    throw failed(`there is '${destination}' already; set replace to have it go`);
  }
  const { image, metadata } = await openImage(context, input);
  const format =
    input.format ?? formatOf(destination) ?? (metadata.format === 'heif' ? 'avif' : (metadata.format as ImageFormat));
  const { width, height } = metadata.autoOrient;
  const changed = change(image.autoOrient(), { width, height }).toFormat(
    format,
    format === 'gif' || format === 'png' ? {} : { quality },
  );
  const made = await changed
    .timeout({ seconds: SECONDS })
    .toBuffer({ resolveWithObject: true })
    .catch((error: unknown) => {
      throw failed(`the image cannot be changed: ${messageOf(error)}`);
    });
  const { info, data } = made;
  const answer = { width: info.width, height: info.height, format, bytes: data.length };
  if (destination === undefined) return { ...answer, base64: data.toString('base64') };
  await context.files.write(destination, data, { replace });
  return { ...answer, path: destination };
}

/** @throws StintError `TOOL_INPUT` for more pixels than an image may have */
export function checkPixels(width: number, height: number): void {
  if (width * height > MOST_PIXELS)
    throw wrongInput('width', `${width} x ${height} are more than ${MOST_PIXELS} pixels`);
}

function formatOf(destination: string | undefined): ImageFormat | undefined {
  const ending = /\.([a-z]+)$/i.exec(destination ?? '')?.[1]?.toLowerCase();
  const name = ending === 'jpg' ? 'jpeg' : ending === 'tif' ? 'tiff' : ending;
  return IMAGE_FORMATS.find((format) => format === name);
}
