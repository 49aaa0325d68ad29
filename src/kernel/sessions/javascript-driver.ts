/**
 * The script that a JavaScript session is: it asks its host for one piece of code after the other and runs them with the same
 * globals. What it needs it holds in its closure, so no piece can take it away.
 */
export const JAVASCRIPT_DRIVER = `
await (async () => {
  const evaluate = eval;
  const { String, Reflect, Error } = globalThis;
  const take = functions.take;
  const artifact = {};
  for (const name of Object.keys(functions)) {
    if (name.startsWith('artifact_')) artifact[name.slice('artifact_'.length)] = functions[name];
    delete globalThis[name];
  }
  delete globalThis.functions;
  globalThis.artifact = artifact;
  const text = (value, otherwise) => {
    try {
      return value === undefined ? otherwise : String(value);
    } catch {
      return otherwise;
    }
  };
  const describe = (thrown) => {
    if (!(thrown instanceof Error)) return { kind: 'thrown', message: text(thrown, 'undefined') };
    try {
      const { name, message, stack, code } = thrown;
      return { kind: 'thrown', name: text(name), message: text(message, ''), traceback: text(stack), code: text(code) };
    } catch {
      return { kind: 'thrown', message: 'an error that cannot be shown' };
    }
  };
  let report = { kind: 'ready' };
  for (;;) {
    let piece;
    try {
      piece = await take(report);
    } catch (error) {
      report = describe(error);
      continue;
    }
    if (piece === null || piece === undefined) return;
    globalThis.args = piece.args;
    try {
      report = { kind: 'value', value: await evaluate(piece.code) };
    } catch (error) {
      report = describe(error);
    }
  }
})();
`;
