import { MessageChannel } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { Ring } from '#stint/control/ring';
import type { Primitive } from '#stint/control/short-messages';
import { Link } from '#stint/worker/link';

type Message = { n: number; payload?: object };

const form = {
  shorten: ({ n, payload }: Message) => (payload === undefined ? [0, n] : undefined),
  lengthen: ([, n]: Primitive[]): Message => ({ n: n as number }),
};

const ports: MessageChannel[] = [];
afterEach(() => {
  for (const { port1 } of ports.splice(0)) port1.close();
});

/** Two ends in one thread; `received` is what the second one took. */
function pair(incoming: typeof Ring = Ring) {
  const rings = new SharedArrayBuffer(2 * Ring.BYTES);
  const channel = new MessageChannel();
  ports.push(channel);
  const [one, two] = [() => new incoming(rings), () => new Ring(rings, Ring.BYTES)];
  const received: number[] = [];
  let calls = 0;
  const first = new Link<Message, Message>(
    { port: channel.port1, outgoing: one(), incoming: two() },
    form,
    () => undefined,
    () => undefined,
  );
  const second = new Link<Message, Message>(
    { port: channel.port2, outgoing: two(), incoming: one() },
    form,
    ({ n }) => received.push(n),
    () => {
      calls += 1;
      second.takeAllAndLeave();
    },
  );
  return { first, second, received, calls: () => calls, close: () => channel.port1.close() };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a link', () => {
  it('keeps the order of short and long messages, however they mix and however many', async () => {
    const { first, second, received } = pair();
    let sent = 0;
    for (let round = 0; round < 40; round += 1) {
      for (let i = 0; i < 50; i += 1) {
        // Pseudo-random, but the same in every run.
        const isLong = (sent * 7919) % 13 < 4;
        first.send(isLong ? { n: sent, payload: {} } : { n: sent });
        sent += 1;
      }
      if (round % 3 === 0) second.takeAll();
      if (round % 7 === 0) await turn();
    }
    while (received.length < sent) await turn();
    expect(received).toEqual(Array.from({ length: sent }, (_, i) => i));
  });

  it('keeps their order also if they come right after it found that there is no short one', () => {
    let meanwhile: (() => void) | undefined;
    class Interrupted extends Ring {
      override peek(): number | undefined {
        const found = super.peek();
        const act = meanwhile;
        meanwhile = undefined;
        act?.();
        return found;
      }
    }
    const { first, second, received } = pair(Interrupted);
    meanwhile = () => {
      first.send({ n: 1 });
      first.send({ n: 2, payload: {} });
      first.send({ n: 3 });
      first.send({ n: 4, payload: {} });
    };
    second.takeAllAndLeave();
    expect(received).toEqual([1, 2, 3, 4]);
  });

  it('sends more than a ring holds', async () => {
    const { first, received } = pair();
    for (let n = 0; n < 5000; n += 1) first.send({ n });
    while (received.length < 5000) await turn();
    expect(received).toEqual(Array.from({ length: 5000 }, (_, n) => n));
  });

  it('calls the other end once for many messages', async () => {
    const { first, received, calls } = pair();
    for (let n = 0; n < 100; n += 1) first.send({ n });
    while (received.length < 100) await turn();
    expect(calls()).toBe(1);
  });

  it('does not wait for what a sender has announced and cannot send any more', async () => {
    const { first, second, received, close } = pair();
    first.send({ n: 1 });
    first.send({ n: 2, payload: {} });
    close();
    await turn();
    second.takeAllAndLeave();
    expect(received[0]).toBe(1);
  });

  it('sends nothing of a message that cannot be cloned, and goes on', async () => {
    const { first, received } = pair();
    expect(() => first.send({ n: 1, payload: { f: () => 1 } })).toThrow(/could not be cloned/);
    first.send({ n: 2 });
    first.send({ n: 3, payload: {} });
    while (received.length < 2) await turn();
    expect(received).toEqual([2, 3]);
  });
});
