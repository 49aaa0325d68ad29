import { describe, expect, it } from 'vitest';
import type { StintError } from '#stint/errors/stint-error';
import { defineTool, ToolRegistry } from '#stint/tools/index';

const add = defineTool({
  name: 'math.add',
  description: 'The sum of two numbers.',
  category: 'math',
  tags: ['numbers', 'plus'],
  security: 'safe',
  input: {
    type: 'object',
    properties: { a: { type: 'number' }, b: { type: 'number', default: 1 } },
    required: ['a'],
    additionalProperties: false,
  },
  output: { type: 'number' },
  examples: [
    { input: { a: 1, b: 2 }, output: 3 },
    { input: { a: 1 }, check: (sum) => sum === 2 },
  ],
  handler: ({ a, b }: { a: number; b: number }) => a + b,
});

async function refused(call: Promise<unknown>): Promise<StintError> {
  return call.then(
    (value) => expect.fail(`it returned ${String(value)}`),
    (error) => error as StintError,
  );
}

describe('a registry', () => {
  it('calls a tool with an input that its schema accepts, defaults put in', async () => {
    const registry = new ToolRegistry({ tools: [add] });
    expect(await registry.call('math.add', { a: 1, b: 2 })).toBe(3);
    expect(await registry.call('math.add', { a: 1 })).toBe(2);
  });

  it.each([
    [{}, 'input.a is missing'],
    [{ a: '1' }, "input.a is '1'; it must be number"],
    [{ a: 1, c: 2 }, 'input.c is not known; known are a, b'],
    [[], 'input is []; it must be object'],
    [undefined, 'input is undefined; it must be object'],
    [{ a: () => 1 }, 'input.a cannot cross'],
  ])('refuses %j and says where it is wrong', async (input, message) => {
    const error = await refused(new ToolRegistry({ tools: [add] }).call('math.add', input));
    expect(error.code).toBe('TOOL_INPUT');
    expect(error.message).toContain(message);
  });

  it('says which names are near one that it does not have', async () => {
    const registry = new ToolRegistry({ tools: [add] });
    const error = await refused(registry.call('math.ad', {}));
    expect(error).toMatchObject({
      code: 'TOOL_NOT_FOUND',
      message: "there is no tool 'math.ad'; did you mean math.add?",
    });
    expect(() => registry.info('nothing-like-it')).toThrow('list the tools');
  });
});
