import { getEventListeners } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Channel, createChannel, createRuntime, type Runtime, type Value } from '#stint/index';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await createRuntime({ threads: 2, slots: 64, limits: { timeout: '20s' } });
});
afterAll(() => runtime.close());

const lua = (code: string) => ({ language: 'lua', code }) as const;
const javascript = (code: string) => ({ language: 'javascript', code }) as const;

async function all(channel: Channel): Promise<Value[]> {
  const values: Value[] = [];
  for await (const value of channel) values.push(value);
  return values;
}

describe('a channel', () => {
  it('carries values in order from one script to another, in either language', async () => {
    const words = createChannel({ capacity: 2 });
    const producer = runtime.start(lua('for i = 1, 200 do channel.send("words", { n = i }) end'), {
      channels: { words },
    });
    words.closeWith(producer);
    const consumer = runtime.run(
      javascript(`
        const got = [];
        for (let word; (word = await channel.receive('words')) !== undefined;) got.push(word.n);
        got`),
      { channels: { words } },
    );
    expect(await consumer).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
  });

  it('holds a sender up when it is full (invariant 2)', async () => {
    const numbers = createChannel({ capacity: 3 });
    const sent: number[] = [];
    const producer = runtime.start(lua('for i = 1, 6 do channel.send("numbers", i) events.sent(i) end'), {
      channels: { numbers },
      events: { sent: (i) => void sent.push(i as number) },
    });
    expect(await numbers.receive()).toBe(1);
    expect(await numbers.receive()).toBe(2);
    const rest = all(numbers.closeWith(producer));
    await producer.outcome;
    expect(await rest).toEqual([3, 4, 5, 6]);
    expect(sent).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('gives each value to one receiver, with many producers and consumers at work', async () => {
    const jobs = createChannel({ capacity: 4 });
    const producers = Array.from({ length: 20 }, (_, p) =>
      runtime.start(lua('local p = ... for i = 0, 49 do channel.send("jobs", p * 50 + i) end'), {
        args: [p],
        channels: { jobs },
      }),
    );
    const consumers = Array.from({ length: 8 }, () =>
      runtime.run<number[]>(
        lua(
          'local got = {} while true do local job = channel.receive("jobs") if job == nil then return got end got[#got + 1] = job end',
        ),
        { channels: { jobs } },
      ),
    );
    await Promise.all(producers.map(({ outcome }) => outcome));
    jobs.close();
    const got = (await Promise.all(consumers)).flat().sort((a, b) => a - b);
    expect(got).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  });

  it('refuses to take anything after it was closed, and gives what is in it (invariant 3)', async () => {
    const channel = createChannel();
    await channel.send(1);
    channel.close();
    await expect(channel.send(2)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: 'the channel is closed' });
    expect(await all(channel)).toEqual([1]);
    const code = 'local ok, e = pcall(channel.send, "c", 1) return { ok, e.message, channel.receive("c") == nil }';
    expect(await runtime.run(lua(code), { channels: { c: channel } })).toEqual([false, 'the channel is closed', true]);
  });

  it('gives no value to a script that has ended while it waited', async () => {
    const channel = createChannel();
    const waiting = runtime.start(lua('events.here() channel.receive("c")'), {
      channels: { c: channel },
      events: { here: () => void waiting.cancel() },
    });
    expect((await waiting.outcome).kind).toBe('cancelled');
    await channel.send('kept');
    expect(await channel.receive()).toBe('kept');
  });

  it('does not end for its receivers where undefined is sent: it arrives as null (invariant 3)', async () => {
    const channel = createChannel();
    await runtime.run(javascript('await channel.send("c", undefined); await channel.send("c", 2)'), {
      channels: { c: channel },
    });
    await channel.send(undefined);
    await channel.send(4);
    channel.close();
    expect(await all(channel)).toEqual([null, 2, null, 4]);
  });

  it('takes no value and gives none for a signal that has aborted, before or meanwhile', async () => {
    const channel = createChannel({ capacity: 0 });
    const controller = new AbortController();
    const waiting = channel.send(1, controller.signal);
    const refusal = { code: 'CANCELLED', message: 'the sending was cancelled: not now', cause: 'not now' };
    controller.abort('not now');
    await expect(waiting).rejects.toMatchObject(refusal);
    await expect(channel.send(2, controller.signal)).rejects.toMatchObject(refusal);
    const kept = channel.send(3);
    expect(await channel.receive(controller.signal)).toBeUndefined();
    expect(await channel.receive()).toBe(3);
    await kept;
    expect(await channel.receive(controller.signal)).toBeUndefined();
  });

  it('gives its values at the same cost however many there are', async () => {
    const channel = createChannel({ capacity: 1_000_000 });
    const count = 500_000;
    for (let i = 0; i < count; i += 1) void channel.send(i);
    const begin = process.cpuUsage();
    for (let i = 0; i < count; i += 1) await channel.receive();
    const { user, system } = process.cpuUsage(begin);
    // Ten times what it takes, and a third of what it would take to move the others up each time.
    expect((user + system) / 1000).toBeLessThan(5000);
  });

  it('leaves no listener on a signal, however often it was waited for', async () => {
    const { signal } = new AbortController();
    const channel = createChannel({ capacity: 0 });
    for (let i = 0; i < 50; i += 1) {
      const received = channel.receive(signal);
      await channel.send(i, signal);
      expect(await received).toBe(i);
      const sent = channel.send(i, signal);
      expect(await channel.receive(signal)).toBe(i);
      await sent;
    }
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('is reached by its name only by scripts that it was given to', async () => {
    const { error } = await runtime.start(lua('channel.receive("other")'), { channels: { mine: createChannel() } })
      .outcome;
    expect(error?.message).toBe("channel.receive: there is no channel 'other'; the script has mine");
  });

  it('has a bound that is checked', () => {
    expect(() => createChannel({ capacity: -1 })).toThrow(/whole number from 0/);
    expect(new Channel({ capacity: 0 }).closed).toBe(false);
  });
});
