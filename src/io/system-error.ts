/** What the operating system's codes mean to the author of a script. */
const REASONS: Record<string, string> = {
  EACCES: 'the system does not allow it',
  EADDRINUSE: 'the address is in use',
  EADDRNOTAVAIL: 'the address is not one of this machine, or no port is free',
  EAFNOSUPPORT: 'the network does not support this kind of address',
  EAI_AGAIN: 'the name cannot be resolved at the moment',
  ECONNABORTED: 'the connection was aborted',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the peer reset the connection',
  EHOSTUNREACH: 'the host cannot be reached',
  EINVAL: 'the address cannot be used for this',
  EMFILE: 'the process has too many files and sockets open',
  ENETUNREACH: 'the network cannot be reached',
  ENFILE: 'the system has too many files and sockets open',
  ENOBUFS: 'the system has no memory left for sockets',
  ENODATA: 'the name has no address',
  ENOTFOUND: 'there is no such host',
  EPERM: 'the system does not allow it',
  EPIPE: 'the peer has closed the connection',
  ETIMEDOUT: 'it timed out',
};

/** Says in words why the system refused. Never the system's own message: it may name an address that is not the script's to know. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error);
  return REASONS[code] ?? (code === '' ? 'it failed' : `it failed with ${code}`);
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
