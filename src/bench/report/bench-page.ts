export function benchPage(..._: unknown[]): string { return ''; }
