/** The callbacks of each signal that has any. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Has `callback` called when the signal aborts. However many callbacks a signal has, it has one listener: Node warns of
 * a leak from the eleventh listener on, and one signal for a thousand tasks is no leak.
 *
 * @returns takes the callback back
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const callbacks = waiting.get(signal) ?? listen(signal);
  callbacks.add(callback);
  return () => {
    callbacks.delete(callback);
    if (callbacks.size > 0 || waiting.get(signal) !== callbacks) return;
    waiting.delete(signal);
    signal.removeEventListener('abort', runAll);
  };
}

function listen(signal: AbortSignal): Set<() => void> {
  const callbacks = new Set<() => void>();
  waiting.set(signal, callbacks);
  signal.addEventListener('abort', runAll, { once: true });
  return callbacks;
}

function runAll(this: AbortSignal): void {
  const callbacks = waiting.get(this);
  waiting.delete(this);
  for (const callback of callbacks ?? []) callback();
}
