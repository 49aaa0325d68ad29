import type { ToolContext } from '../../tool-context.js';
import { wrongInput } from '../refusal.js';
import { text } from '../schema.js';

/** The two ways to give a password. One in a variable stays out of inputs, and so out of logs. */
export const passwordInput = {
  password: text('The password.', { max: 1000 }),
  passwordVariable: text('In place of password: the environment variable that has it.', { min: 1, max: 100 }),
};

export interface PasswordInput {
  readonly password?: string;
  readonly passwordVariable?: string;
}

/** @throws StintError `TOOL_INPUT` if the variable is not set, `PERMISSION_DENIED` if the policy does not name it */
export function passwordOf(context: ToolContext, { password, passwordVariable }: PasswordInput): string | undefined {
  if (passwordVariable === undefined) return password;
  const found = context.environment(passwordVariable);
  if (found === undefined)
    throw wrongInput('passwordVariable', `the environment variable '${passwordVariable}' is not set`);
  return found;
}
