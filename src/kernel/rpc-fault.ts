import { ERROR_CODES } from '../errors/codes.js';
import { messageOf } from '../errors/describe.js';
import { type ErrorEnvelope, fromEnvelope, toEnvelope } from '../errors/envelope.js';
import { isStintError, StintError } from '../errors/stint-error.js';
import { type RequestId, RPC_CODES, type RpcErrorObject } from './json-rpc.js';

/** A message that breaks the protocol. */
export class RpcFault extends Error {
  readonly rpcCode: number;
  /** The id of the message, if that much could be read. */
  readonly id: RequestId | null;

  constructor(rpcCode: number, message: string, id: RequestId | null = null) {
    super(message);
    this.rpcCode = rpcCode;
    this.id = id;
  }
}

/** A notification that breaks the protocol: whoever sent it wants no answer. */
export class NotificationFault extends RpcFault {}

/** What a client gets to know of something thrown: never a stack of the host. */
export function toRpcError(thrown: unknown): RpcErrorObject {
  if (thrown instanceof RpcFault) {
    return { code: thrown.rpcCode, message: thrown.message, data: { code: 'PROTOCOL', message: thrown.message } };
  }
  if (!isStintError(thrown)) return { code: RPC_CODES.internal, message: messageOf(thrown) };
  const code = thrown.code === 'INVALID_ARGUMENT' ? RPC_CODES.params : RPC_CODES.stint;
  return { code, message: thrown.message, data: toEnvelope(thrown) };
}

/** The error that the other end meant. */
export function fromRpcError({ code, message, data }: RpcErrorObject): StintError {
  if (isEnvelope(data)) return fromEnvelope(data);
  return new StintError('PROTOCOL', `${message} (${code})`);
}

const TEXTS = ['message', 'language', 'traceback', 'scriptErrorName', 'cause'];

/** The other end may send anything. */
function isEnvelope(data: unknown): data is ErrorEnvelope {
  if (typeof data !== 'object' || data === null || 'original' in data) return false;
  const { code, line, message, ...others } = data as Record<string, unknown>;
  if (!ERROR_CODES.includes(code as never) || typeof message !== 'string') return false;
  if (line !== undefined && typeof line !== 'number') return false;
  return Object.entries(others).every(([key, value]) => TEXTS.includes(key) && typeof value === 'string');
}
