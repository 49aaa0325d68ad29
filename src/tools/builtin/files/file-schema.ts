import { integer, object, oneOf, text } from '../schema.js';

export const filePath = (description: string) => text(description, { min: 1, max: 4096 });

export const kind = oneOf(['file', 'directory', 'link', 'other'], 'What it is.');

export const size = (description: string) => integer(description, { min: 0, max: Number.MAX_SAFE_INTEGER });

export const doneOutput = object({ path: text('The path, as it was given.') });
