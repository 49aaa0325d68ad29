import { describe, expect, it } from 'vitest';
import type { Answer, Call } from '#stint/engines/engine';
import { type CallPort, FiberCalls } from '#stint/worker/fiber-calls';

/** A host that takes what it is sent, and delivers it when the thread blocks for it. */
class Host implements CallPort {
  calls: FiberCalls | undefined;
  readonly received: unknown[] = [];
  readonly #undelivered: { events: number; bytes: number }[] = [];
  onItsWay = 0;
  mostOnItsWay = 0;
  stopping = false;
  refused = 0;

  send(call: Call): void {
    this.received.push(call.name);
    this.#add(1, 0);
  }

  sendPart(call: Call): void {
    this.send(call);
  }

  sendEvents(events: { name: string }[], bytes: number): void {
    this.received.push(...events.map(({ name }) => name));
    this.#undelivered.push({ events: events.length, bytes });
    this.#add(events.length, bytes);
  }

  builtin(): Answer | undefined {
    return undefined;
  }

  refuse(): void {
    this.refused += 1;
  }

  receive(): boolean {
    this.deliver();
    return !this.stopping;
  }

  deliver(): void {
    for (const { events, bytes } of this.#undelivered.splice(0)) {
      this.onItsWay -= events;
      this.calls?.delivered(events, bytes);
    }
  }

  #add(count: number, _bytes: number): void {
    this.onItsWay += count;
    this.mostOnItsWay = Math.max(this.mostOnItsWay, this.onItsWay);
  }
}

function make(limit = 1_000_000): { host: Host; calls: FiberCalls } {
  const host = new Host();
  const calls = new FiberCalls(limit, host);
  host.calls = calls;
  return { host, calls };
}

const event = (id: number, args: string[] = []): Call => ({ id, kind: 'event', name: `e${id}`, args });
const call = (id: number): Call => ({ id, kind: 'function', name: `f${id}`, args: [] });

describe('the calls of a task', () => {
  it('reach the host in the order in which they were made, functions and events alike', () => {
    const { host, calls } = make();
    calls.call(event(1), true);
    calls.call(event(2), true);
    calls.call(call(3), true);
    calls.call(event(4), true);
    calls.flush();
    expect(host.received).toEqual(['e1', 'e2', 'f3', 'e4']);
  });

  it('never have more events on their way than the window, however many a script sends', () => {
    const { host, calls } = make();
    for (let id = 1; id <= 10_000; id += 1) expect(calls.call(event(id), false)).toMatchObject({ kind: 'value' });
    expect(host.mostOnItsWay).toBeLessThanOrEqual(1024);
    calls.flush();
    expect(host.received).toHaveLength(10_000);
  });

  it('never have more bytes on their way than the window and one event', () => {
    const { host, calls } = make();
    const big = 'x'.repeat(200_000);
    for (let id = 1; id <= 100; id += 1) calls.call(event(id, [big]), false);
    expect(host.mostOnItsWay).toBeLessThanOrEqual(3);
  });

  it('of a script that can wait make it wait, and wake it once when there is room', () => {
    const { host, calls } = make();
    let id = 0;
    let taken: unknown;
    do {
      id += 1;
      taken = calls.call(event(id), true);
    } while (taken !== 'pending');
    expect(calls.hasAnswers).toBe(false);
    host.deliver();
    expect(calls.take()).toEqual([{ id, kind: 'value', value: undefined }]);
    expect(calls.take()).toEqual([]);
  });

  it('give an answer once; a second one, or one to nothing, is dropped', () => {
    const { calls } = make();
    calls.call(call(1), true);
    const answer: Answer = { id: 1, kind: 'value', value: 7 };
    calls.answer(answer);
    calls.answer(answer);
    calls.answer({ id: 2, kind: 'value', value: 8 });
    expect(calls.take()).toEqual([answer]);
  });

  it('let go of a thread that blocks when the task has to end', () => {
    const { host, calls } = make();
    calls.call(call(1), false);
    host.stopping = true;
    expect(calls.answerTo(1)).toBeUndefined();
  });

  it('are counted, and refused past the limit', () => {
    const { host, calls } = make(2);
    calls.call(call(1), true);
    calls.call(event(2), true);
    expect(calls.call(call(3), true)).toBe('refused');
    expect([calls.count, host.refused]).toEqual([2, 1]);
  });
});
