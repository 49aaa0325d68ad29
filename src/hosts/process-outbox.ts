import { toEnvelope } from '../errors/envelope.js';
import { packThrown } from '../errors/thrown.js';
import { whyNotTransferable } from '../values/copy-value.js';
import type { FromChild } from './process-messages.js';

let outbox: FromChild[] = [];

/** Tells the owner of this child process something, together with all else that is told before the thread is done with what it does now. */
export function tell(message: FromChild): void {
  if (outbox.length === 0) queueMicrotask(flush);
  outbox.push(message);
}

function flush(): void {
  const messages = outbox;
  outbox = [];
  try {
    send(messages);
  } catch {
    // One of them cannot cross. Which one comes out when each goes by itself.
    for (const message of messages) tellAlone(message);
  }
}

/** A result that cannot cross is the failure of its task; anything else its end. */
function tellAlone(message: FromChild): void {
  try {
    send([message]);
  } catch (error) {
    if (message.op === 'ended' && message.report.end.kind === 'completed') {
      const { value } = message.report.end;
      const failure = toEnvelope(whyNotTransferable(value, 'result', error));
      send([
        { ...message, report: { ...message.report, end: { kind: 'failed', outOfMemory: false, error: failure } } },
      ]);
    } else if ('row' in message) {
      const { row, number } = message;
      send([{ op: 'lost', row, number, cause: packThrown(error), waits: false }]);
    } else throw error;
  }
}

function send(messages: FromChild[]): void {
  // What cannot be sent any more has nobody to hear it: `disconnect` says so.
  process.send?.(messages, undefined, undefined, () => undefined);
}
