/**
 * The messages between a host and its thread that are many and small, as lists of primitive values. The first place is the link's.
 *
 * They are read by index: taken apart by a pattern they cost an iterator and a list more, each time.
 */
import type { ShortMessage } from '../control/short-messages.js';
import type { Answer, Call } from '../engines/engine.js';
import type { Value } from '../values/value.js';
import type { ShortForm } from './link.js';
import type { PipedMessage, ToHost, ToWorker } from './messages.js';
import { type BufferMessage, isBufferMessage } from './shared-buffers.js';

const START = 1;
const ANSWER = 2;
const DELIVERED = 3;
const START_PACKED = 4;
const BEGAN = 1;
const WAITING = 2;
const WOKEN = 3;
const CALL = 4;
const ENDED = 5;
const DROPPED = 6;

const KINDS: readonly Call['kind'][] = ['function', 'event', 'builtin', 'channel', 'scratch', 'part', 'tool'];

export const TO_WORKER: ShortForm<ToWorker, ToWorker> = {
  shorten(message) {
    switch (message.op) {
      case 'start': {
        const { job } = message;
        const { row, number, timeout, announce, args } = message.order;
        if (typeof job !== 'number') return undefined;
        return args instanceof Uint8Array
          ? [0, START_PACKED, row, number, timeout, announce, job, args]
          : [0, START, row, number, timeout, announce, job, ...args];
      }
      case 'answer': {
        const { row, number, answer } = message;
        return answer.kind === 'value' ? [0, ANSWER, row, number, answer.id, answer.value] : undefined;
      }
      case 'delivered':
        return [0, DELIVERED, message.row, message.number, message.events, message.bytes];
      default:
        return undefined;
    }
  },
  lengthen(values) {
    const row = values[2] as number;
    const number = values[3] as number;
    switch (values[1]) {
      case START:
      case START_PACKED: {
        const order = {
          row,
          number,
          timeout: values[4] as number,
          announce: values[5] as boolean,
          args: values[1] === START ? values.slice(7) : (values[7] as Uint8Array),
        };
        return { op: 'start', order, job: values[6] as number };
      }
      case ANSWER: {
        const answer: Answer = { id: values[4] as number, kind: 'value', value: values[5] as Value };
        return { op: 'answer', row, number, answer };
      }
      default:
        return { op: 'delivered', row, number, events: values[4] as number, bytes: values[5] as number };
    }
  },
};

/** What goes through a pipe has no link: the first place says whether it was announced. */
export const PIPED: ShortForm<PipedMessage, PipedMessage> = {
  shorten({ message, announced }) {
    const values = isBufferMessage(message) ? undefined : TO_WORKER.shorten(message);
    if (values !== undefined) values[0] = announced;
    return values;
  },
  lengthen(values) {
    return { message: TO_WORKER.lengthen(values) as PipedMessage['message'], announced: values[0] === true };
  },
};

export const TO_HOST: ShortForm<ToHost, ToHost> = {
  shorten(message) {
    switch (message.op) {
      case 'dropped':
        return [0, DROPPED, message.row, message.number];
      case 'began':
        return [0, BEGAN, message.row, message.number];
      case 'waiting':
        return [0, WAITING, message.row, message.number];
      case 'woken':
        return [0, WOKEN, message.row, message.number];
      case 'call': {
        const { id, kind, name, args } = message.call;
        if (kind === 'part') return undefined;
        return [0, CALL, message.row, message.number, id, KINDS.indexOf(kind), name, ...args];
      }
      case 'ended': {
        const {
          end,
          reason,
          rung,
          spoilsThread,
          holdsTooMuch,
          beganAt,
          endedAt,
          cpuMs,
          peakMemory,
          outputBytes,
          hostCalls,
        } = message.report;
        if (end.kind !== 'completed' || reason !== 0 || rung !== 'none' || spoilsThread || holdsTooMuch)
          return undefined;
        const { row, number } = message;
        return [0, ENDED, row, number, beganAt, endedAt, cpuMs, peakMemory, outputBytes, hostCalls, end.value];
      }
      default:
        return undefined;
    }
  },
  lengthen(values) {
    const row = values[2] as number;
    const number = values[3] as number;
    switch (values[1]) {
      case DROPPED:
        return { op: 'dropped', row, number };
      case BEGAN:
        return { op: 'began', row, number };
      case WAITING:
        return { op: 'waiting', row, number };
      case WOKEN:
        return { op: 'woken', row, number };
      case CALL: {
        const [id, kind, name] = [values[4] as number, values[5] as number, values[6] as string];
        return { op: 'call', row, number, call: { id, kind: KINDS[kind] ?? 'function', name, args: values.slice(7) } };
      }
      default:
        return ended(row, number, values);
    }
  },
};

/** What a child process tells its owner. */
export const TO_OWNER: ShortForm<ToHost | BufferMessage, ToHost | BufferMessage> = {
  shorten: (message) => (isBufferMessage(message) ? undefined : TO_HOST.shorten(message)),
  lengthen: TO_HOST.lengthen,
};

function ended(row: number, number: number, values: ShortMessage): ToHost {
  return {
    op: 'ended',
    row,
    number,
    report: {
      end: { kind: 'completed', value: values[10] as Value },
      reason: 0,
      rung: 'none',
      beganAt: values[4] as number,
      endedAt: values[5] as number,
      cpuMs: values[6] as number,
      peakMemory: values[7] as number,
      outputBytes: values[8] as number,
      hostCalls: values[9] as number,
      spoilsThread: false,
      holdsTooMuch: false,
    },
  };
}
