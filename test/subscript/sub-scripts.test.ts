import { afterEach, describe, expect, it } from 'vitest';
import { createSubScripts, type SubScriptOptions, type SubScripts } from '#stint/subscript/index';

const open: SubScripts[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((subScripts) => subScripts.close()));
});

/** Sub-scripts whose callbacks are written down; `ended(id)` waits for the final one. */
function make(options: Partial<SubScriptOptions> = {}) {
  const log: unknown[][] = [];
  const finals = new Map<number, unknown[]>();
  const waiting = new Map<number, () => void>();
  const final = (id: number, entry: unknown[]): void => {
    log.push(entry);
    expect(finals.has(id)).toBe(false);
    finals.set(id, entry);
    waiting.get(id)?.();
  };
  const subScripts = createSubScripts({
    onSubCall: (name, ...args) => {
      log.push(['call', name, ...args]);
    },
    onSubFinished: (id, ...results) => final(id, ['finished', id, ...results]),
    onSubError: (id, message) => final(id, ['error', id, message]),
    ...options,
  });
  open.push(subScripts);
  const ended = async (id: number | undefined): Promise<unknown[]> => {
    if (id === undefined) throw new Error('the launch was refused');
    if (!finals.has(id)) await new Promise<void>((resolve) => waiting.set(id, resolve));
    return finals.get(id) as unknown[];
  };
  return { subScripts, log, ended };
}

describe('a sub-script', () => {
  it('gets its arguments and gives its results, nils among them', async () => {
    const { subScripts, ended } = make();
    const id = subScripts.launchSubScript(
      'local a, b, c, d = ... return d, c, b, a, select("#", ...)',
      '',
      '',
      'x',
      undefined,
      2.5,
      true,
    );
    expect(await ended(id)).toEqual(['finished', id, true, 2.5, undefined, 'x', 4]);
    const none = subScripts.launchSubScript('');
    expect(await ended(none)).toEqual(['finished', none]);
  });

  it('carries strings of any bytes both ways', async () => {
    const { subScripts, ended } = make({ onSubCall: (_, bytes) => bytes });
    const bytes = Uint8Array.from([0, 255, 128, 10]);
    const id = subScripts.launchSubScript('local b = ... return Echo(b) == b, #b, b, "gr\\u{fc}n"', 'Echo', '', bytes);
    expect(await ended(id)).toEqual(['finished', id, true, 4, bytes, 'grün']);
  });

  it('carries integers of 64 bits both ways', async () => {
    const { subScripts, ended } = make({ onSubCall: (_name, ...args) => args });
    const large = 2n ** 62n;
    const id = subScripts.launchSubScript('local n = ... return n == 1 << 62, Same(n)', 'Same', '', large);
    expect(await ended(id)).toEqual(['finished', id, true, large]);
  });

  it('carries up to 10,000 values at once, so that no script can overflow the stack of its host', async () => {
    const { subScripts, ended } = make({ onSubCall: (_name, count) => Array(Number(count)).fill(1) });
    const several = subScripts.launchSubScript('return select("#", Give(10000)), Give(9999)', 'Give');
    expect((await ended(several)).length).toBe(2 + 10_000);
    const tooMany = [
      ['return table.unpack({}, 1, 300000)', 'result 300000 is one too many; at most 10000 cross'],
      ['Give(table.unpack({}, 1, 10001))', 'argument 10001 of Give is one too many; at most 10000 cross'],
      ['Give(10001)', 'Give has given 10001 results; at most 10000 cross'],
    ];
    for (const [text = '', message] of tooMany) {
      expect((await ended(subScripts.launchSubScript(text, 'Give')))[2]).toContain(message);
    }
  });

  it('calls the functions of its funcList and gets what they give: nothing, one value, or several', async () => {
    const gives: Record<string, unknown> = { None: undefined, One: 'one', Several: Promise.resolve([1, null, 3]) };
    const { subScripts, ended } = make({ onSubCall: (name) => gives[name] });
    const id = subScripts.launchSubScript(
      'local a, b, c = Several() return select("#", None()), One(), a, b, c',
      'None, One,Several',
    );
    expect(await ended(id)).toEqual(['finished', id, 0, 'one', 1, undefined, 3]);
  });

  it('sends what is in its subList in order, all before its end, and does not wait', async () => {
    const { subScripts, log, ended } = make();
    const id = subScripts.launchSubScript(
      'for i = 1, 500 do Progress(i, "of", 500) end return "done"',
      [],
      ['Progress'],
    );
    await ended(id);
    expect(log).toEqual([
      ...Array.from({ length: 500 }, (_, i) => ['call', 'Progress', i + 1, 'of', 500]),
      ['finished', id, 'done'],
    ]);
  });

  it('hears of what the host throws as an error that it can catch', async () => {
    const { subScripts, ended } = make({
      onSubCall: () => {
        throw new Error('no such page');
      },
    });
    const id = subScripts.launchSubScript('local ok, e = pcall(Get) return ok, tostring(e)', 'Get');
    expect(await ended(id)).toEqual(['finished', id, false, 'no such page']);
    const uncaught = subScripts.launchSubScript('\nGet()', 'Get');
    expect(await ended(uncaught)).toEqual(['error', uncaught, 'no such page']);
  });

  it.each([
    ['a syntax error', 'local =', /^script:1:/],
    ['an error', '\n\nerror("oops")', /^script:3: oops$/],
    ['a function that is in no list', 'Other()', /^script:1: attempt to call a nil value \(global 'Other'\)$/],
    ['a table for the host', 'Log({})', /^script:1: argument 1 of Log is a table; only nil/],
    ['a table as a result', 'return 1, {}', /result 2 is a table; only nil/],
  ])('fails with a message that says so: %s', async (_, text, message) => {
    const { subScripts, ended } = make();
    expect((await ended(subScripts.launchSubScript(text, '', 'Log')))[2]).toMatch(message);
  });

  it('ends once when it is aborted: while it runs, while it waits, before it starts, and after it ended', async () => {
    const { subScripts, ended } = make({ slots: 2, onSubCall: () => new Promise(() => undefined) });
    const busy = subScripts.launchSubScript('while true do end');
    const waiting = subScripts.launchSubScript('Wait()', 'Wait');
    const queued = subScripts.launchSubScript('return 1');
    // The queued one first: it would get the slot of another.
    for (const id of [queued, waiting, busy] as number[]) {
      expect(subScripts.isSubScriptRunning(id)).toBe(true);
      subScripts.abortSubScript(id);
      expect(await ended(id)).toEqual(['error', id, 'the task was cancelled: aborted']);
      expect(subScripts.isSubScriptRunning(id)).toBe(false);
      subScripts.abortSubScript(id);
    }
    subScripts.abortSubScript(4711);
  });

  it('ends at its deadline', async () => {
    const { subScripts, ended } = make({ limits: { timeout: 50 } });
    const id = subScripts.launchSubScript('while true do end');
    expect(await ended(id)).toEqual(['error', id, 'the task did not end within 50 ms']);
  });
});

describe('launches', () => {
  it('have ids that are never used again', async () => {
    const { subScripts, ended } = make();
    const ids: (number | undefined)[] = [];
    for (let i = 0; i < 5; i += 1) {
      ids.push(subScripts.launchSubScript('return 1'));
      await ended(ids.at(-1));
    }
    expect(ids).toEqual([1, 2, 3, 4, 5]);
  });

  it('beyond the slots wait, and beyond the queue are refused', async () => {
    const { subScripts, ended } = make({ slots: 16, queue: 1 });
    const ids = Array.from({ length: 18 }, () => subScripts.launchSubScript('while true do end'));
    expect(ids[17]).toBeUndefined();
    subScripts.abortSubScript(ids[16] as number);
    expect(await ended(ids[16])).toEqual(['error', 17, 'the task was cancelled: aborted']);
  });

  it('beyond the slots are refused if that is wished', () => {
    const { subScripts } = make({ slots: 2, overflow: 'refuse' });
    const ids = Array.from({ length: 3 }, () => subScripts.launchSubScript('while true do end'));
    expect(ids).toEqual([1, 2, undefined]);
  });

  it('beyond the slots are live all the same if that is wished', async () => {
    const { subScripts, ended } = make({ slots: 2, overflow: 'grow', onSubCall: () => new Promise(() => undefined) });
    for (let i = 0; i < 20; i += 1) subScripts.launchSubScript('Wait()', 'Wait');
    const id = subScripts.launchSubScript('return "live"');
    expect(await ended(id)).toEqual(['finished', 21, 'live']);
  });

  it.each<[string, unknown[], RegExp]>([
    ['a text that is none', [42], /text is 42/],
    ['a name that is none', ['', 'a-b'], /funcList is 'a-b'/],
    ['a word of Lua', ['', ['end']], /funcList is 'end'; it must be names that Lua does not use itself/],
    ['a library of Lua', ['', '', 'string'], /subList is 'string'/],
    ['a list that is none', ['', 7], /funcList is 7/],
    ['an argument that cannot cross', ['', '', '', {}], /argument 1 is {}; only nil/],
  ])('are refused with an error for %s', (_, args, message) => {
    const { subScripts } = make();
    const launch = subScripts.launchSubScript.bind(subScripts) as (...args: unknown[]) => unknown;
    expect(() => launch(...args)).toThrow(message);
  });

  it('end with their final callbacks when the whole is closed, and are refused after that', async () => {
    const { subScripts, log } = make();
    const ids = [1, 2, 3].map(() => subScripts.launchSubScript('while true do end'));
    await subScripts.close();
    expect(log.map(([kind, id]) => [kind, id]).sort()).toEqual(ids.map((id) => ['error', id]));
    expect(() => subScripts.launchSubScript('')).toThrow(/after close/);
  });

  it('need their callbacks', () => {
    expect(() => createSubScripts({} as SubScriptOptions)).toThrow(
      /options.onSubCall is undefined; it must be a function/,
    );
  });
});
