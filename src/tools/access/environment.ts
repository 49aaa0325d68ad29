import type { Gate } from './gate.js';

/** Reads an environment variable of this process. @throws StintError `PERMISSION_DENIED` */
export function readVariable(gate: Gate, name: string): string | undefined {
  gate.enter('environment', name);
  if (!gate.rules.environment.includes(name)) {
    const why = `policy.environment does not have it; add '${name}' to policy.environment`;
    throw gate.refusal('environment', name, `to read the environment variable ${name}`, why);
  }
  gate.note('environment', name, true);
  return process.env[name];
}

/** The environment that programs get: the variables that the policy names, and nothing else. */
export function permittedEnvironment(gate: Gate): Record<string, string> {
  const result: Record<string, string> = {};
  for (const name of gate.rules.environment) {
    const value = process.env[name];
    if (value !== undefined) result[name] = value;
  }
  return result;
}
