/**
 * Guest code (see primordials.ts): defines `console` and `print`. Strings are written as they are, other values as
 * `inspect` shows them, one space between them and one line a call. The functions are the script's to replace.
 */
export function makeConsole(inspect: (value: unknown) => string, write: (stream: number, text: string) => void) {
  const writer =
    (stream: number) =>
    (...values: unknown[]): void => {
      let line = '';
      for (let i = 0; i < values.length; i += 1) {
        const value = values[i];
        line += (i === 0 ? '' : ' ') + (typeof value === 'string' ? value : inspect(value));
      }
      write(stream, `${line}\n`);
    };
  const toStdout = writer(1);
  const toStderr = writer(2);
  const console = { log: toStdout, info: toStdout, debug: toStdout, warn: toStderr, error: toStderr };
  const define = (name: string, value: unknown): void => {
    Object.defineProperty(globalThis, name, { value, writable: true, enumerable: false, configurable: true });
  };
  define('console', console);
  define('print', toStdout);
}
