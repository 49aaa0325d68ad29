/**
 * Calls a listener of a caller's. If it throws, or a promise that it returns rejects, `failed` gets the error.
 *
 * @returns settles when such a promise has; undefined if there is none
 */
export function callListener(call: () => unknown, failed: (error: unknown) => void): Promise<void> | undefined {
  try {
    const told = call();
    return told instanceof Promise ? told.then(() => undefined, failed) : undefined;
  } catch (error) {
    failed(error);
    return undefined;
  }
}
