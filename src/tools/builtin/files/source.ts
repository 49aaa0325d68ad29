import type { ToolContext } from '../../tool-context.js';
import { bytesOf } from '../encoding/bytes.js';
import { wrongInput } from '../refusal.js';
import { text } from '../schema.js';

/** The two ways to give a tool a file's content. */
export const sourceInput = {
  path: text('The file.', { min: 1, max: 4096 }),
  base64: text('In place of path: the content itself.', { max: 8_000_000 }),
};

/** @throws StintError `TOOL_INPUT` unless there is one of them */
export async function sourceBytes(
  { files }: ToolContext,
  { path, base64 }: { readonly path?: string; readonly base64?: string },
): Promise<Buffer> {
  if ((path === undefined) === (base64 === undefined)) throw wrongInput('path', 'give path or base64, one of them');
  return path === undefined ? bytesOf(base64 as string, 'base64', 'base64') : files.read(path);
}
