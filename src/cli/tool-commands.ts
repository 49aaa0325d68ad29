import type { Command } from 'commander';
import { endWith } from './signals.js';
import { addPolicyOptions, addToolSourceOptions, gather } from './tool-options.js';

const EXIT_STATUSES = `
Exit status:
  0 completed     1 the tool failed, or was not permitted     2 wrong usage, an unknown tool, or a wrong input
  3 something has to be installed     124 timed out     130 interrupted`;

/** `stint tool` and its commands. Their code is loaded when one of them runs. */
export function addToolCommands(program: Command): void {
  const tool = program.command('tool').description('find tools, call them, test them');
  const addFormat = (command: Command): Command => command.option('--format <name>', 'text or json', 'text');
  const addFilter = (command: Command): Command =>
    command.option('--category <name>', 'only those of a category').option('--tag <name>', 'only those with a tag');
  const addCallOptions = (command: Command): Command =>
    addPolicyOptions(addFormat(command))
      .option('--net <host:port>', 'where tools may connect to; may be repeated (default: nowhere)', gather)
      .option('--timeout <time>', 'how long a call may take: 500ms, 30s, 2m');
  const load = () => import('./commands/tool.js');

  addToolSourceOptions(addFormat(addFilter(tool.command('list').description('list the tools'))))
    .addHelpText(
      'after',
      '\nExamples:\n  $ stint tool list --category text\n  $ stint tool list --tools ./tools --format json',
    )
    .action(async (options) => {
      await endWith(await (await load()).listTools(options));
    });

  addToolSourceOptions(
    addFormat(addFilter(tool.command('search').description('find tools by words').argument('<query>', 'some words'))),
  )
    .addHelpText('after', "\nExample:\n  $ stint tool search 'rows of a csv'")
    .action(async (query: string, options) => {
      await endWith(await (await load()).searchTools(query, options));
    });

  addToolSourceOptions(
    addFormat(tool.command('info').description('tell all that is known of a tool').argument('<name>', "a tool's name")),
  )
    .addHelpText('after', '\nExample:\n  $ stint tool info calculator')
    .action(async (name: string, options) => {
      await endWith(await (await load()).toolInfo(name, options));
    });

  addCallOptions(
    tool
      .command('call')
      .description('call a tool')
      .argument('<name>', "the tool's name")
      .argument('[input]', "its input, as JSON; '-' reads it from standard input (default: {})"),
  )
    .addHelpText(
      'after',
      `${EXIT_STATUSES}

Examples:
  $ stint tool call calculator '{"expression": "6 * 7"}'
  $ stint tool call words.count - --tools ./tools < input.json
  $ stint tool call http.request '{"url": "https://example.com"}' --net example.com:443`,
    )
    .action(async (name: string, input: string | undefined, options) => {
      await endWith(await (await load()).callTool(name, input, options));
    });

  addCallOptions(
    addFilter(
      tool
        .command('test')
        .description('make the calls of the examples that tools have')
        .argument('[name...]', 'the tools (default: all)'),
    ),
  )
    .addHelpText('after', `${EXIT_STATUSES}\n\nExample:\n  $ stint tool test --tools ./tools`)
    .action(async (names: string[], options) => {
      await endWith(await (await load()).testTools(names, options));
    });
}
