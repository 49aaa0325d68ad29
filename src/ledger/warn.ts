/** Tells the user of something that needs a look, and that nobody waits for. */
export function warn(message: string): void {
  process.emitWarning(message, { type: 'StintWarning', code: 'STINT_LEDGER' });
}
