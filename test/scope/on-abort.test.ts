import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { onAbort } from '#stint/scope/on-abort';

describe('onAbort', () => {
  it('calls every callback once, with one listener on the signal', () => {
    const controller = new AbortController();
    const called: number[] = [];
    for (let i = 0; i < 100; i += 1) onAbort(controller.signal, () => called.push(i));
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
    controller.abort();
    controller.abort();
    expect(called).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  it('leaves no listener when the last callback is taken back', () => {
    const { signal } = new AbortController();
    const forgets = [1, 2, 3].map(() => onAbort(signal, () => undefined));
    for (const forget of [...forgets, ...forgets]) forget();
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('does not call what was taken back', () => {
    const controller = new AbortController();
    let called = false;
    onAbort(controller.signal, () => {
      called = true;
    })();
    controller.abort();
    expect(called).toBe(false);
  });
});
