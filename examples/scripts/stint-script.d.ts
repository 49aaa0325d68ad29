/**
 * What a TypeScript script finds around it, next to the language itself. Only editors and `tsc` read
 * this file: stint takes the types out of a script and does not check them.
 */

/** The arguments that the script was started with. The scripts in this folder are given texts. */
declare const args: readonly string[];

/** Writes a line to the standard output. */
declare function print(...values: unknown[]): void;

/** `log`, `info` and `debug` write to the standard output, `warn` and `error` to the standard error. */
declare const console: Readonly<Record<'log' | 'info' | 'debug' | 'warn' | 'error', (...values: unknown[]) => void>>;
