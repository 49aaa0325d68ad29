import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect as connectSocket, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createKernel, type KernelOptions } from '#stint/kernel/create-kernel';
import type { Kernel } from '#stint/kernel/kernel';
import { connect } from '#stint/kernel/transport/connect';
import { defineTool } from '#stint/tools/define-tool';

/** Calls of `wait` that are under way: each ends when it is let go, or cancelled. */
export class Gate {
  readonly waiting: (() => void)[] = [];
  readonly cancelled: unknown[] = [];
  #arrived: (() => void) | undefined;

  /** Settles when so many calls wait. */
  async reached(count: number): Promise<void> {
    while (this.waiting.length < count) {
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
    }
  }

  wait(signal: AbortSignal): Promise<string> {
    return new Promise((resolve, reject) => {
      this.waiting.push(() => resolve('let go'));
      signal.addEventListener('abort', () => {
        this.cancelled.push(signal.reason);
        reject(signal.reason);
      });
      this.#arrived?.();
    });
  }
}

export function makeTools(gate = new Gate()) {
  const common = { category: 'test', security: 'safe' } as const;
  return [
    defineTool({
      ...common,
      name: 'add',
      description: 'adds two numbers',
      tags: ['sum'],
      input: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } }, required: ['a', 'b'] },
      examples: [{ description: 'small', input: { a: 1, b: 2 }, output: 3 }],
      handler: (input) => (input as { a: number; b: number }).a + (input as { a: number; b: number }).b,
    }),
    defineTool({ ...common, name: 'echo', description: 'gives back', input: {}, handler: (input) => input }),
    defineTool({
      ...common,
      name: 'wait',
      description: 'waits',
      input: {},
      handler: (_input, { signal }) => gate.wait(signal),
    }),
    defineTool({
      ...common,
      name: 'count',
      description: 'streams',
      input: { type: 'object', properties: { to: { type: 'number' }, bytes: { type: 'number' } } },
      limits: { output: '512mb' },
      async *handler(input, context) {
        const { to = 3, bytes = 0 } = input as { to?: number; bytes?: number };
        for (let i = 0; i < to; i += 1) {
          context.progress(i, to, `at ${i}`);
          yield bytes === 0 ? i : 'x'.repeat(bytes);
        }
        return 'counted';
      },
    }),
    defineTool({
      ...common,
      name: 'big',
      description: 'returns much',
      input: { type: 'object', properties: { bytes: { type: 'number' } } },
      handler: (input) => 'x'.repeat((input as { bytes: number }).bytes),
    }),
    defineTool({ ...common, security: 'privileged', name: 'danger', description: 'no', input: {}, handler: () => 1 }),
  ];
}

/** A kernel with the tools above, and a directory; both gone after the test. */
export async function makeKernel(options: KernelOptions = {}, gate = new Gate()): Promise<Kernel> {
  const kernel = await createKernel({ tools: makeTools(gate), ...options });
  onTestFinished(() => kernel.close());
  return kernel;
}

export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stint-kernel-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A kernel that listens at a unix socket, whose path is given too. */
export async function makeUnixKernel(options: KernelOptions = {}, gate = new Gate()) {
  const kernel = await makeKernel(options, gate);
  const path = join(makeFolder(), 'k.sock');
  const listener = await kernel.listen({ unix: path });
  return { kernel, path, listener, connect: () => connect(path) };
}

/** A client that sends bytes, and reads messages one by one. */
export class RawClient {
  readonly socket: Socket;
  readonly #lines: string[] = [];
  #rest = '';
  #wake: (() => void) | undefined;
  #ended = false;

  static async connect(to: string | { port: number }): Promise<RawClient> {
    const socket = typeof to === 'string' ? connectSocket(to) : connectSocket(to.port, '127.0.0.1');
    await once(socket, 'connect');
    const client = new RawClient(socket);
    onTestFinished(() => void socket.destroy());
    return client;
  }

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      const lines = (this.#rest + text).split('\n');
      this.#rest = lines.pop() ?? '';
      this.#lines.push(...lines);
      this.#wake?.();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#ended = true;
      this.#wake?.();
    });
  }

  write(data: string | Uint8Array): void {
    this.socket.write(data);
  }

  send(message: object): void {
    this.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }

  /** The next message; undefined when the connection is gone. */
  async next(): Promise<Record<string, never> | undefined> {
    while (this.#lines.length === 0) {
      if (this.#ended) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return JSON.parse(this.#lines.shift() as string);
  }

  async ask(id: number | string, method: string, params: object = {}): Promise<Record<string, never> | undefined> {
    this.send({ id, method, params });
    return this.next();
  }
}
