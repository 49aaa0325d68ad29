/** The messages between a host and its thread that are many and small, as lists of primitive values. The first place is the link's. */
import type { Primitive } from '../control/ring.js';
import type { Answer, Call } from '../engines/engine.js';
import type { Value } from '../values/value.js';
import type { ShortForm } from './link.js';
import type { ToHost, ToWorker } from './messages.js';

const START = 1;
const ANSWER = 2;
const DELIVERED = 3;
const BEGAN = 1;
const WAITING = 2;
const WOKEN = 3;
const CALL = 4;
const ENDED = 5;
const DROPPED = 6;

const KINDS: readonly Call['kind'][] = ['function', 'event', 'builtin', 'channel', 'scratch', 'part', 'tool'];

export const TO_WORKER = {
  shorten(message: ToWorker): unknown[] | undefined {
    switch (message.op) {
      case 'start': {
        const { job } = message;
        const { row, number, timeout, announce, args } = message.order;
        return typeof job === 'number' ? [0, START, row, number, timeout, announce, job, ...args] : undefined;
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
  lengthen(values: Primitive[]): ToWorker {
    const [, op, row, number, ...rest] = values as [number, number, number, number, ...Primitive[]];
    switch (op) {
      case START: {
        const [timeout, announce, job, ...args] = rest as [number, boolean, number, ...Primitive[]];
        return { op: 'start', order: { row, number, timeout, announce, args }, job };
      }
      case ANSWER: {
        const [id, value] = rest as [number, Value];
        return { op: 'answer', row, number, answer: { id, kind: 'value', value } satisfies Answer };
      }
      default: {
        const [events, bytes] = rest as [number, number];
        return { op: 'delivered', row, number, events, bytes };
      }
    }
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
        const usage = [beganAt, endedAt, cpuMs, peakMemory, outputBytes, hostCalls];
        return [0, ENDED, message.row, message.number, end.value, ...usage];
      }
      default:
        return undefined;
    }
  },
  lengthen(values) {
    const [, op, row, number, ...rest] = values as [number, number, number, number, ...Primitive[]];
    switch (op) {
      case DROPPED:
        return { op: 'dropped', row, number };
      case BEGAN:
        return { op: 'began', row, number };
      case WAITING:
        return { op: 'waiting', row, number };
      case WOKEN:
        return { op: 'woken', row, number };
      case CALL: {
        const [id, kind, name, ...args] = rest as [number, number, string, ...Value[]];
        return { op: 'call', row, number, call: { id, kind: KINDS[kind] ?? 'function', name, args } };
      }
      default:
        return ended(row, number, rest);
    }
  },
};

function ended(row: number, number: number, rest: Primitive[]): ToHost {
  const [value, beganAt, endedAt, cpuMs, peakMemory, outputBytes, hostCalls] = rest as [
    Value,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const usage = { beganAt, endedAt, cpuMs, peakMemory, outputBytes, hostCalls };
  const end = { kind: 'completed', value } as const;
  return {
    op: 'ended',
    row,
    number,
    report: { end, reason: 0, rung: 'none', spoilsThread: false, holdsTooMuch: false, ...usage },
  };
}
