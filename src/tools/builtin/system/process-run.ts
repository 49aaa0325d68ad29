import { builtin } from '../builtin.js';
import { written } from '../encoding/bytes.js';
import { integer, list, nullable, object, oneOf, text, withDefault } from '../schema.js';

const stream = (what: string) =>
  object({
    content: text(what, { max: 32_000_000 }),
    encoding: oneOf(['utf8', 'base64'], 'How it is written: as text if it is one.'),
  });

export const processRun = builtin({
  name: 'process.run',
  description: 'Runs a program that the policy names, with a list of arguments and never through a shell, to its end.',
  category: 'system',
  tags: ['command', 'program', 'execute', 'shell'],
  security: 'privileged',
  permissions: ['execute', 'read'],
  input: object(
    { command: text('The program.', { min: 1, max: 1000 }) },
    {
      args: withDefault([], list(text('An argument.', { max: 32_000 }), 'Its arguments.', { max: 1000 })),
      input: text('What it reads.', { max: 8_000_000 }),
      directory: text('Where it runs. Default: a directory of its own that goes with the call.', { min: 1, max: 4096 }),
    },
  ),
  output: object({
    status: nullable(integer('Its exit status; null if a signal ended it.', { min: 0, max: 255 })),
    signal: nullable(text('The signal that ended it.', { max: 20 })),
    stdout: stream('What it printed.'),
    stderr: stream('What it printed as errors.'),
  }),
  examples: [
    {
      input: { command: 'echo', args: ['$HOME', '; ls'] },
      check: (output) => (output as { stdout: { content: string } }).stdout.content === '$HOME ; ls\n',
    },
    {
      description: 'With input',
      input: { command: 'cat', input: 'through' },
      output: {
        status: 0,
        signal: null,
        stdout: { content: 'through', encoding: 'utf8' },
        stderr: { content: '', encoding: 'utf8' },
      },
    },
  ],
  async handler({ command, args, input, directory }, { execute }) {
    const options = {
      ...(input === undefined ? {} : { input }),
      ...(directory === undefined ? {} : { cwd: directory }),
    };
    const { status, signal, stdout, stderr } = await execute(command, args, options);
    return { status, signal, stdout: written(stdout), stderr: written(stderr) };
  },
});
