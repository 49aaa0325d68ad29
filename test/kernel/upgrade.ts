/** What asks the server at an address for a WebSocket. */
export function upgrade(address: string, token: string | undefined): string {
  const authorization = token === undefined ? '' : `Authorization: Bearer ${token}\r\n`;
  return `GET / HTTP/1.1\r\nHost: ${new URL(address).host}\r\n${authorization}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`;
}

/** A frame with reserved bits set. */
export const invalidFrame: Buffer = Buffer.from([0xff, 0x00, 0x01, 0x02]);
