/**
 * The messages of the protocol: JSON-RPC 2.0, https://www.jsonrpc.org/specification, without batches, and with ids that are
 * texts or whole numbers.
 */
import { NotificationFault, RpcFault } from './rpc-fault.js';

export type RequestId = string | number;

export interface RpcRequest {
  readonly jsonrpc: '2.0';
  readonly id: RequestId;
  readonly method: string;
  readonly params?: object;
}

export interface RpcNotification {
  readonly jsonrpc: '2.0';
  readonly method: string;
  readonly params?: object;
}

export interface RpcErrorObject {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

export type RpcResponse =
  | { readonly jsonrpc: '2.0'; readonly id: RequestId; readonly result: unknown }
  | { readonly jsonrpc: '2.0'; readonly id: RequestId | null; readonly error: RpcErrorObject };

export type RpcMessage = RpcRequest | RpcNotification | RpcResponse;

/** The codes of JSON-RPC, and one for every {@link StintError}, whose own code is in `data`. */
export const RPC_CODES = {
  parse: -32700,
  request: -32600,
  method: -32601,
  params: -32602,
  internal: -32603,
  stint: -32000,
} as const;

/** The longest id, in characters: it is kept while the request is in flight. */
const LONGEST_ID = 256;

/** Reads one message. @throws RpcFault that says what is wrong with it */
export function readMessage(text: string): RpcMessage {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch (error) {
    throw new RpcFault(RPC_CODES.parse, `the message is no JSON text: ${(error as Error).message}`);
  }
  if (Array.isArray(message))
    throw new RpcFault(RPC_CODES.request, 'batches are not supported: send one message a line');
  if (typeof message !== 'object' || message === null) {
    throw new RpcFault(RPC_CODES.request, 'a message must be an object');
  }
  return checkMessage(message as Record<string, unknown>);
}

function checkMessage(message: Record<string, unknown>): RpcMessage {
  const { jsonrpc, id, method, params } = message;
  const knownId = isId(id) ? id : null;
  if (jsonrpc !== '2.0') throw new RpcFault(RPC_CODES.request, "a message must have jsonrpc: '2.0'", knownId);
  if (id !== undefined && !isId(id) && !('error' in message && id === null)) {
    throw new RpcFault(RPC_CODES.request, `an id must be a whole number or a text of at most ${LONGEST_ID} characters`);
  }
  if (method === undefined) {
    if (id !== undefined && 'result' in message !== 'error' in message && isErrorOrResult(message)) {
      return message as unknown as RpcResponse;
    }
    throw new RpcFault(
      RPC_CODES.request,
      'a message must have a method, or an id and either a result or an error',
      knownId,
    );
  }
  if (typeof method !== 'string') throw new RpcFault(RPC_CODES.request, 'a method must be a text', knownId);
  if (params !== undefined && (typeof params !== 'object' || params === null || Array.isArray(params))) {
    const why = 'params must be an object';
    throw id === undefined
      ? new NotificationFault(RPC_CODES.params, why)
      : new RpcFault(RPC_CODES.params, why, knownId);
  }
  return message as unknown as RpcRequest | RpcNotification;
}

function isErrorOrResult({ error }: Record<string, unknown>): boolean {
  if (error === undefined) return true;
  if (typeof error !== 'object' || error === null) return false;
  const { code, message } = error as Record<string, unknown>;
  return typeof code === 'number' && typeof message === 'string';
}

function isId(id: unknown): id is RequestId {
  return typeof id === 'string' ? id.length <= LONGEST_ID : Number.isSafeInteger(id);
}
