/**
 * Keeps a module from taking its whole thread down, with the tasks of others.
 *
 * @param onUncaught takes what a callback of a module threw, or what one of its promises rejected with, and nobody caught;
 * what it throws ends the thread
 */
export function guardProcess(onUncaught: (thrown: unknown) => void): void {
  const { exit } = process;
  process.on('uncaughtException', (thrown) => {
    try {
      onUncaught(thrown);
    } catch (error) {
      // Node leaves by the same door.
      process.exit = exit;
      throw error;
    }
  });
  process.exit = (code) => {
    throw new Error(
      `process.exit(${code ?? ''}) in a task: it would end all tasks of the thread; return or throw instead`,
    );
  };
}
