import { describe, expect, it } from 'vitest';
import { workshop } from './workshop.js';

const shop = workshop();

describe('script.run', () => {
  it('gives result, output and what it used', async () => {
    expect(
      await shop.call('script.run', {
        language: 'typescript',
        code: 'const n: number = args[0]; console.log("x"); n + 1',
        args: [1],
      }),
    ).toMatchObject({ result: 2, output: 'x\n', ms: expect.any(Number) });
    expect(await shop.call('script.run', { language: 'lua', code: 'local x = 1' })).toMatchObject({ result: null });
  });

  it('has the tools that it is given, under the policy of the call', async () => {
    const code = 'return (tool.call("file.read", { path = "/etc/passwd" }))';
    expect(await shop.failure('script.run', { language: 'lua', code, tools: ['file.read'] })).toMatch(
      /PERMISSION_DENIED|not permitted/,
    );
    const safe = { security: 'safe' } as const;
    expect(
      await shop.failure(
        'script.run',
        { language: 'lua', code: 'return tool.call("environment", { names = { "PATH" } })', tools: true },
        safe,
      ),
    ).toMatch(/not permitted/);
    expect(
      await shop.failure('script.run', {
        language: 'lua',
        code: 'return tool.call("hash", { data = "a" })',
        tools: ['uuid'],
      }),
    ).toMatch(/not permitted: the script was not given it/);
    expect(
      await shop.failure('script.run', { language: 'lua', code: 'return tool.call("hash", { data = "a" })' }),
    ).toMatch(/not permitted|nil/);
  });

  it('does not run itself without end', async () => {
    const code = 'tool.call("script.run", { language = "lua", code = ..., args = { ... }, tools = true })';
    expect(
      await shop.failure('script.run', { language: 'lua', code, args: [code], tools: true, timeout: 20_000 }),
    ).toMatch(/deep|TIMEOUT|QUEUE_FULL|TOOL_FAILED/);
  });

  it('has as much memory as is asked for, but no more than the policy says', async () => {
    const input = { language: 'lua', code: 'return #string.rep("x", 5e6)', memory: 64 };
    const small = { ...shop.policy, limits: { memory: '2mb' } } as const;
    expect(await shop.failure('script.run', input, small)).toMatch(/^OUT_OF_MEMORY/);
    expect(await shop.call('script.run', { ...input, code: 'return #string.rep("x", 1e5)' }, small)).toMatchObject({
      result: 1e5,
    });
    const large = { ...input, code: 'return #string.rep("x", 8e7)', memory: 256 };
    expect(await shop.call('script.run', large)).toMatchObject({ result: 8e7 });
  });

  it.each([
    [{ language: 'lua', code: 'while true do end', timeout: 100 }, /^TIMEOUT/],
    [{ language: 'javascript', code: 'for (;;);', timeout: 100 }, /^TIMEOUT/],
    [
      { language: 'lua', code: 'local t = {} while true do t[#t + 1] = ("x"):rep(1e6) end', memory: 8 },
      /^OUT_OF_MEMORY/,
    ],
    [{ language: 'lua', code: 'while true do print("xxxxxxxxxxxxxxxxxxxx") end' }, /^OUTPUT_LIMIT/],
    [{ language: 'lua', code: 'return 1 +' }, /^TOOL_FAILED .*syntax|near/],
    [{ language: 'javascript', code: 'throw new Error("mine")' }, /^TOOL_FAILED .*mine/],
    [{ language: 'javascript', code: 'process.env.PATH' }, /^TOOL_FAILED .*process/],
    [{ language: 'lua', code: 'return io.open("/etc/passwd")' }, /^TOOL_FAILED/],
    [{ language: 'ruby', code: '1' }, /language is 'ruby'/],
    [{ language: 'lua', code: '' }, /code is ''/],
    [{ language: 'lua', code: '1', memory: 4096 }, /memory is 4096/],
  ])('ends or refuses %j', async (input, message) => {
    expect(await shop.failure('script.run', input)).toMatch(message);
  });
});
