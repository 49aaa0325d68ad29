import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/sdk/types.js';
import type { StintError } from '../errors/stint-error.js';
import { toJsonForm } from '../values/json-form.js';

/** Data with a media type: what image and audio tools return, and what artifacts are. */
interface TypedData {
  readonly type: string;
  readonly data: string | Uint8Array;
  readonly name?: string;
  readonly uri?: string;
}

/**
 * A value as a model gets it: a text as it is, an image and a sound as such, other data with a media type as a resource, and all the
 * rest as JSON.
 */
export function toContent(value: unknown): ContentBlock {
  if (typeof value === 'string') return { type: 'text', text: value };
  const typed = asTyped(value);
  if (typed === undefined) return { type: 'text', text: JSON.stringify(toJsonForm(value)) ?? 'null' };
  const { type, data, name = 'result' } = typed;
  const kind = /^(image|audio)\//.exec(type)?.[1] as 'image' | 'audio' | undefined;
  if (kind !== undefined && typeof data !== 'string') return { type: kind, data: base64(data), mimeType: type };
  const uri = typed.uri ?? `stint://results/${encodeURIComponent(name)}`;
  return { type: 'resource', resource: { uri, ...toResource(type, data) } };
}

/** Data as the contents of a resource. */
export function toResource(mimeType: string, data: string | Uint8Array) {
  return typeof data === 'string' ? { mimeType, text: data } : { mimeType, blob: base64(data) };
}

/** What a client can take as the structured result of a tool: an object. */
export function toStructured(value: unknown): Record<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || asTyped(value) !== undefined)
    return undefined;
  const form = toJsonForm(value);
  return form === null || Array.isArray(form) ? undefined : (form as Record<string, unknown>);
}

function asTyped(value: unknown): TypedData | undefined {
  if (value instanceof Uint8Array) return { type: 'application/octet-stream', data: value };
  if (typeof value !== 'object' || value === null) return undefined;
  const { type, data, name, uri } = value as Record<string, unknown>;
  if (typeof type !== 'string' || !/^[\w.+-]+\/[\w.+-]+/.test(type)) return undefined;
  if (typeof data !== 'string' && !(data instanceof Uint8Array)) return undefined;
  return { type, data, ...(typeof name === 'string' ? { name } : {}), ...(typeof uri === 'string' ? { uri } : {}) };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** What the model sees of an error. */
export function toFailure({ code, message }: StintError): CallToolResult {
  return { isError: true, content: [{ type: 'text', text: `${code}: ${message}` }] };
}
