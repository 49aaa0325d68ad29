/** What a script may do beyond computing. */
export interface Permissions {
  net?: string[];
  time?: boolean;
}

export function parsePermissions(value: unknown, _name: string): Permissions {
  return value as Permissions;
}
