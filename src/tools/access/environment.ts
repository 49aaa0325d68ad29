import type { Gate } from './gate.js';

/** Reads an environment variable of this process. @throws StintError `PERMISSION_DENIED` */
export function readVariable(gate: Gate, name: string): string | undefined {
  gate.enter('environment', name);
  if (gate.rules.environment.includes(name)) return process.env[name];
  throw gate.refuse(
    'environment',
    `to read the environment variable ${name}`,
    name,
    `policy.environment does not have it; add '${name}' to policy.environment`,
  );
}
