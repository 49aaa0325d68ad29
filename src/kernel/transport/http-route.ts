import type { RequestListener } from 'node:http';
import type { ClientKind } from '../connection.js';
import { HttpWire } from '../http-wire.js';
import type { ListenHost } from './listen.js';
import { respond } from './web-server.js';

/** Takes messages, one a line, as the body of a POST, and answers them, one a line. All exchanges together are one client. */
export function httpRoute(host: ListenHost, kind: () => ClientKind): RequestListener {
  return (request, response) => {
    if (request.method !== 'POST') {
      response.setHeader('allow', 'POST');
      respond(response, 405, 'send messages as the body of a POST');
      return;
    }
    host.accept(new HttpWire(request, response, host.limits.message), kind(), kind().principal.name);
  };
}
