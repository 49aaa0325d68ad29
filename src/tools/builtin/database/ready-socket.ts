import type { Socket } from 'node:net';

/**
 * A connected socket for a library that wants to connect it by itself. It breaks when the server has sent more than `most` bytes:
 * such a library keeps a whole row, however long.
 */
export function readySocket(socket: Socket, most: number): Socket {
  let received = 0;
  socket.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (received > most) socket.destroy(new Error(`the server sent more than ${most} bytes; ask for less`));
  });
  return Object.assign(socket, {
    connect: () => {
      process.nextTick(() => socket.emit('connect'));
      return socket;
    },
  });
}
