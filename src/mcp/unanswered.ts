import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { RequestId } from '@modelcontextprotocol/sdk/types.js';

/** The requests of the other end of a transport that are not answered yet. */
export class Unanswered {
  readonly #ids = new Set<RequestId>();
  #tell: (() => void) | undefined;

  /** @param transport connected to its server already */
  constructor(transport: Transport) {
    const { onmessage } = transport;
    const send = transport.send.bind(transport);
    transport.onmessage = (message, extra) => {
      if ('method' in message && 'id' in message) this.#ids.add(message.id);
      // The SDK answers nothing to it.
      else if ('method' in message && message.method === 'notifications/cancelled')
        this.#done(message.params?.['requestId'] as RequestId);
      onmessage?.(message, extra);
    };
    transport.send = async (message, options) => {
      await send(message, options);
      if (!('method' in message)) this.#done(message.id);
    };
  }

  /** Settles when there are none. */
  async none(): Promise<void> {
    if (this.#ids.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#tell = resolve;
    });
  }

  #done(id: RequestId | undefined): void {
    if (id !== undefined && this.#ids.delete(id) && this.#ids.size === 0) this.#tell?.();
  }
}
