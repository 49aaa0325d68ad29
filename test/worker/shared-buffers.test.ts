import { readdirSync, readlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type BufferMessage, LARGE_BYTES, SharedBuffers } from '#stint/worker/shared-buffers';

/** Two sides that hear each other, and what they said. */
function pair() {
  const said: BufferMessage['op'][] = [];
  const [left, right]: [SharedBuffers, SharedBuffers] = [
    new SharedBuffers((message) => tell(right, message)),
    new SharedBuffers((message) => tell(left, message)),
  ];
  const heard = new EventTarget();
  function tell(side: SharedBuffers, message: BufferMessage): void {
    said.push(message.op);
    side.receive(message);
    heard.dispatchEvent(new Event(message.op));
  }
  const send = (message: unknown): unknown => right.decode(left.encode(message, 0));
  /** Sends a large buffer, which is copied, and waits until the next one will not be. */
  async function agree(): Promise<void> {
    const accepted = new Promise((resolve) => heard.addEventListener('accept', resolve, { once: true }));
    expect(isSame(send(large()), large())).toBe(true);
    await accepted;
  }
  const close = (): void => {
    left.close();
    right.close();
  };
  return { left, right, said, send, agree, close };
}

/** Whether two views are of one kind and have the same bytes. Quicker by far than to compare them number by number. */
function isSame(one: unknown, other: NodeJS.ArrayBufferView): boolean {
  if (!ArrayBuffer.isView(one)) return false;
  const [left, right] = [one, other].map((view) => Buffer.from(view.buffer, view.byteOffset, view.byteLength));
  return one.constructor === other.constructor && left?.equals(right as Buffer) === true;
}

const large = (): Uint8Array => new Uint8Array(LARGE_BYTES).fill(7);

/** How many descriptors of unnamed shared memory this process has. */
function segments(): number {
  const linkOf = (fd: string): string => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return 'the directory that is being read';
    }
  };
  return readdirSync('/proc/self/fd').filter((fd) => /^\/dev\/shm\/.*\(deleted\)$/.test(linkOf(fd))).length;
}

describe.runIf(process.platform === 'linux')('large buffers between processes', () => {
  it('are copied until the other side takes them, then shared', async () => {
    const { left, send, agree, close } = pair();
    await agree();
    const bytes = large();
    expect(left.encode(bytes, 0).length).toBeLessThan(200);
    const { deep } = send({ deep: [bytes] }) as { deep: unknown[] };
    expect(deep.map((one) => isSame(one, bytes))).toEqual([true]);
    expect(left.encode(new Uint8Array(LARGE_BYTES - 1), 0).length).toBeGreaterThan(LARGE_BYTES - 1);
    close();
  });

  it('arrive as the views that they were, and as copies of their own', async () => {
    const { send, agree, close } = pair();
    await agree();
    const numbers = Float64Array.from({ length: LARGE_BYTES / 8 + 3 }, (_, i) => i / 3);
    const back = send(numbers) as Float64Array;
    expect(isSame(back, numbers)).toBe(true);
    numbers[5] = -1;
    expect(back[5]).toBe(5 / 3);
    expect(send(new DataView(new ArrayBuffer(LARGE_BYTES)))).toBeInstanceOf(DataView);
    expect((send(Buffer.alloc(LARGE_BYTES, 1)) as object).constructor).toBe(Uint8Array);
    expect((send(Buffer.alloc(8, 1)) as object).constructor).toBe(Uint8Array);
    expect(isSame(send(numbers.subarray(1)), numbers.subarray(1))).toBe(true);
    close();
  });

  it('use the same memory again, but not before it is released', async () => {
    const { left, right, agree, close } = pair();
    await agree();
    const before = segments();
    const first = right.decode(left.encode(large(), 0)) as Uint8Array;
    const second = right.decode(left.encode(new Uint8Array(LARGE_BYTES).fill(8), 0)) as Uint8Array;
    expect([first[9], second[9]]).toEqual([7, 8]);
    expect(segments()).toBe(before + 2);
    left.receive({ op: 'release', segment: 1 });
    left.receive({ op: 'release', segment: 1 });
    left.receive({ op: 'release', segment: 99 });
    const third = right.decode(left.encode(new Uint8Array(LARGE_BYTES).fill(9), 0)) as Uint8Array;
    expect([second[9], third[9]]).toEqual([8, 9]);
    expect(segments()).toBe(before + 2);
    close();
    expect(segments()).toBe(before);
    // What was taken stays.
    expect(second[9]).toBe(8);
  });

  it('go back as they are, and are copies of their own from then on', async () => {
    const { left, right, send, agree, close } = pair();
    await agree();
    const before = segments();
    const there = send(large()) as Uint8Array;
    there[1] = 1;
    const frame = right.encode({ whole: there }, 0);
    expect(frame.length).toBeLessThan(200);
    const { whole } = left.decode(frame) as { whole: Uint8Array };
    expect(segments()).toBe(before + 1);
    expect(isSame(whole, there)).toBe(true);
    there[2] = 2;
    whole[3] = 3;
    expect([there.subarray(0, 5), whole.subarray(0, 5)]).toEqual([
      Uint8Array.of(7, 1, 2, 7, 7),
      Uint8Array.of(7, 1, 7, 3, 7),
    ]);
    // What has been written since is only here: it has to be written for the other side.
    const again = left.decode(right.encode(there, 0)) as Uint8Array;
    expect(isSame(again, there)).toBe(true);
    close();
    expect([there[2], whole[3], again[2]]).toEqual([2, 3, 2]);
  });

  it('go back in part, but for what does not begin where they do', async () => {
    const { left, right, send, agree, close } = pair();
    await agree();
    const numbers = Float64Array.from({ length: LARGE_BYTES / 4 }, (_, i) => i / 3);
    const part = (send(numbers) as Float64Array).subarray(0, LARGE_BYTES / 8 + 1);
    const rest = (send(numbers) as Float64Array).subarray(1);
    const back = left.decode(right.encode([part, rest], 0)) as unknown[];
    expect([isSame(back[0], part), isSame(back[1], rest)]).toEqual([true, true]);
    close();
  });

  it('that came back are not written again while either side has them', async () => {
    const { left, right, send, agree, close } = pair();
    await agree();
    const back = left.decode(right.encode(send(large()), 0)) as Uint8Array;
    left.receive({ op: 'release', segment: 1 });
    send(new Uint8Array(LARGE_BYTES).fill(9));
    expect(isSame(back, large())).toBe(true);
    close();
  });

  it('cost nothing if the message cannot be sent', async () => {
    const { left, agree, close } = pair();
    await agree();
    const before = segments();
    for (let i = 0; i < 5; i += 1) {
      expect(() => left.encode([large(), () => 1], 0)).toThrow(/could not be cloned/);
    }
    expect(segments()).toBe(before + 1);
    close();
  });

  it('are not read from memory that is not the one that was named, nor by who was not asked', async () => {
    const { left, right, agree, close } = pair();
    await agree();
    const frame = left.encode(large(), 0);
    expect(() => new SharedBuffers(() => undefined).decode(frame)).toThrow(/nobody here was asked/);
    const theirs = right.encode(right.decode(left.encode(large(), 0)), 0);
    left.close();
    expect(() => left.decode(theirs)).toThrow(/never sent/);
    expect(() => right.decode(frame)).toThrow(/ENOENT|not the one that was named/);
    close();
  });
});
