const IDENTIFIER = /^[\p{L}_$][\p{L}\p{N}_$]*$/u;

/** The path to a part of a value as a programmer would write it: `args[0].user["first name"]`. */
export function childPath(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  return IDENTIFIER.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}
