// Calls a tool that makes a scratch directory and runs a program there; tells where and what, and waits.
import { defineTool, ToolRegistry } from 'stint/tools';

const registry = new ToolRegistry({ policy: { security: 'privileged', commands: ['sleep'] } });
registry.add(
  defineTool({
    name: 'sleeper',
    description: 'Sleeps in a directory of its own.',
    category: 'test',
    security: 'privileged',
    input: {},
    permissions: ['execute'],
    async handler(_, { execute, scratch }) {
      process.stdout.write(`${await scratch()}\n`);
      await execute('sleep', ['600']);
    },
  }),
);
await registry.call('sleeper', {});
