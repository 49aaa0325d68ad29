// Functions that are told to end.
export const ready = () => null;

let state = 'fresh';
export const stateOf = () => state;
export function heeds(_, { signal }) {
  while (!signal.aborted);
  return 'heeded';
}
export function ignores() {
  state = 'half done';
  for (;;);
}
export async function ignoresLater() {
  await new Promise((resolve) => setImmediate(resolve));
  for (;;);
}
const forever = () => new Promise(() => undefined);
export const never = forever;
export const listens = (_, { signal, emit }) =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(emit('told', signal.reason.code))));
export function defers(how, { scope, emit }) {
  scope.defer(() => emit('told', 'first'));
  scope.defer(async () => {
    await null;
    emit('told', 'second');
    throw new Error('a disposer that throws');
  });
  if (how === 'return') return 1;
  if (how === 'throw') throw new Error('thrown');
  if (how === 'wait') return forever();
  for (;;);
}
