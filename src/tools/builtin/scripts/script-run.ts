import { builtin } from '../builtin.js';
import { anything, boolean, either, integer, list, number, object, oneOf, text, withDefault } from '../schema.js';
import { chosenTools } from './chosen-tools.js';

const LONGEST_OUTPUT = 256 * 1024;

export const scriptRun = builtin({
  name: 'script.run',
  description:
    'Runs a script in a virtual machine of its own and gives what it returns and prints. It reaches nothing but the tools that it is given, under the policy of this call.',
  category: 'scripts',
  tags: ['lua', 'javascript', 'typescript', 'code', 'eval', 'sandbox'],
  security: 'safe',
  input: object(
    {
      language: oneOf(['lua', 'javascript', 'typescript'], 'Its language.'),
      code: text('The script. `return` gives the result in Lua, the last expression in JavaScript.', { min: 1 }),
    },
    {
      args: withDefault([], list(anything('A value.'), 'In Lua `...`, in JavaScript `args`.', { max: 100 })),
      tools: withDefault(
        false,
        either(
          boolean('Whether it may call tools.'),
          list(text('A name.', { max: 64 }), 'Which it may call.', { max: 200 }),
        ),
      ),
      timeout: withDefault(10_000, integer('Milliseconds.', { min: 1, max: 300_000 })),
      memory: withDefault(64, integer('MiB, as far as the policy goes.', { min: 1, max: 512 })),
    },
  ),
  output: object({
    result: anything('What it returned; null for nothing.'),
    output: text('What it printed.', { max: LONGEST_OUTPUT }),
    ms: number('How long it ran.', { min: 0 }),
    memory: number('The most that it held, in bytes.', { min: 0 }),
  }),
  limits: { timeout: '5m', memory: '512mb' },
  examples: [
    {
      input: { language: 'lua', code: 'print("hi") local a, b = ... return a * b', args: [6, 7] },
      check: (output) =>
        (output as { result: number }).result === 42 && (output as { output: string }).output === 'hi\n',
    },
    {
      description: 'With a tool',
      input: {
        language: 'javascript',
        code: "(await tool.calculator({ expression: '2 ^ 10' })).result",
        tools: ['calculator'],
      },
      check: (output) => (output as { result: number }).result === 1024,
    },
  ],
  async handler({ language, code, args, tools, timeout, memory }, context) {
    const printed: string[] = [];
    const task = context.runtime.start(
      { language, code },
      {
        args: args as never,
        signal: context.signal,
        limits: { timeout, memory: `${memory}mb`, output: LONGEST_OUTPUT },
        output: (chunk) => printed.push(chunk),
        ...(tools === false ? {} : { tools: tools === true ? context.tools : chosenTools(context.tools, tools) }),
      },
    );
    const { value, error, usage } = await task.outcome;
    if (error !== undefined) throw error;
    return { result: value ?? null, output: printed.join(''), ms: usage.runMs, memory: usage.peakMemory };
  },
});
