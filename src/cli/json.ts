import type { StintError } from '../errors/stint-error.js';
import type { Outcome } from '../runtime/outcome.js';
import { toJsonForm } from '../values/json-form.js';

/** An outcome as one line of JSON, its value in the form of {@link toJsonForm}. */
export function outcomeToJson(file: string, outcome: Outcome, output: { stdout: string; stderr: string }): string {
  const { kind, value, error, rung, usage } = outcome;
  return JSON.stringify({
    file,
    kind,
    value: toJsonForm(value),
    error: error === undefined ? undefined : plainError(error),
    rung,
    usage,
    stdout: output.stdout,
    stderr: output.stderr,
  });
}

function plainError({ code, message, language, line, traceback, scriptErrorName }: StintError): object {
  return { code, message, name: scriptErrorName, language, line, traceback };
}
