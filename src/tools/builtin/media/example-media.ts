/** A PNG of 4 x 2 pixels. */
export const SMALL_PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAQAAAACCAIAAADwyuo0AAAAIUlEQVR4nAXBgQAAAAzDsIIdpxADG8SwngAeBoswb2Z2PlpCCRExbrGcAAAAAElFTkSuQmCC';

/** A second of silence: WAV, 8 bits, 800 samples at 800 Hz. */
export const SHORT_WAV = Buffer.concat([
  Buffer.from('UklGRkQDAABXQVZFZm10IBAAAAABAAEAIAMAACADAAABAAgAZGF0YSADAAA=', 'base64'),
  Buffer.alloc(800, 128),
]).toString('base64');

const FRAME_BYTES = 16 * 16 * 3;
const frame = Buffer.concat([Buffer.from('00db'), numbers(FRAME_BYTES), Buffer.alloc(FRAME_BYTES)]);

/** Two black pictures of 16 x 16 pixels, a tenth of a second each: AVI, not compressed. */
export const SHORT_AVI = Buffer.concat([
  Buffer.from(
    'UklGRugGAABBVkkgTElTVMAAAABoZHJsYXZpaDgAAACghgEAAB4AAAAAAAAQAAAAAgAAAAAAAAABAAAAAAMAABAAAAAQAAAAAAAAAAAAAAAAAAAAAAAAAExJU1R0AAAAc3RybHN0cmg4AAAAdmlkc0RJQiAAAAAAAAAAAAAAAAABAAAACgAAAAAAAAACAAAAAAMAAP////8AAAAAAAAAABAAEABzdHJmKAAAACgAAAAQAAAAEAAAAAEAGAAAAAAAAAMAAAAAAAAAAAAAAAAAAAAAAABMSVNUFAYAAG1vdmk=',
    'base64',
  ),
  frame,
  frame,
]).toString('base64');

function numbers(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
