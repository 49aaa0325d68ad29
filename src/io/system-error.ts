import { systemCode } from '../errors/system-code.js';

/** What the codes of the system and its libraries mean to the author of a script. */
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
  ERR_ASSERTION: 'the answer breaks the protocol',
  ERR_INVALID_URL: 'it led to something that is no URL',
  ETIMEDOUT: 'it timed out',
  CERT_HAS_EXPIRED: 'the certificate of the server has expired',
  CERT_NOT_YET_VALID: 'the certificate of the server is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate of the server is not to be trusted: it is signed by itself',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate of the server is for another name',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate of the server is not to be trusted: an unknown authority signed it',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'the certificate of the server is not to be trusted: an unknown authority signed it',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificate of the server is not to be trusted: it cannot be verified',
  UND_ERR_BODY_TIMEOUT: 'the body did not come any further',
  UND_ERR_HEADERS_OVERFLOW: 'the headers of the answer are too large',
  UND_ERR_HEADERS_TIMEOUT: 'no answer came',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the headers of the answer contradict each other about its length',
  UND_ERR_SOCKET: 'the server closed the connection',
  Z_BUF_ERROR: 'the body is not compressed as the headers say',
  Z_DATA_ERROR: 'the body is not compressed as the headers say',
};

/** Says in words why the system refused. Never the system's own message: it may name an address that is not the script's to know. */
export function reasonOf(error: unknown): string {
  const code = systemCode(error);
  if (!code) return 'it failed';
  return REASONS[code] ?? `it failed with ${code}`;
}
