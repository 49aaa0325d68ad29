/** The command line of stint. A command's code is loaded when it is the one that runs. */
import { createRequire } from 'node:module';
import { Command, CommanderError } from 'commander';
import { EXIT } from './exit-status.js';
import { addLimitOptions } from './limit-options.js';
import { endOnBrokenOutput, endWith } from './signals.js';
import { addToolCommands } from './tool-commands.js';
import { gather } from './tool-options.js';

const EXIT_STATUSES = `
Exit status:
  0 completed     1 the script failed     2 wrong usage, or a file that cannot be run
  3 the runtime failed     124 timed out     130 interrupted     137 out of memory or lost`;

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

const program = new Command('stint')
  .description('Runs scripts that you did not write, each under limits, and leaves nothing behind.')
  .version(version)
  .showHelpAfterError('(see --help)')
  .configureOutput({
    writeOut(text) {
      endOnBrokenOutput();
      process.stdout.write(text);
    },
  })
  .exitOverride();

addLimitOptions(
  program
    .command('run')
    .description('run script files (.lua .js .mjs .ts .mts), side by side if there are several')
    .argument('<file...>', 'the scripts'),
)
  .option('--json', 'print one JSON text for each task, and nothing else')
  .option('--arg <value>', 'an argument for every script, as text; may be repeated', gather)
  .option('--parallel <n>', 'how many run at once (default: one for each core)')
  .addHelpText(
    'after',
    `${EXIT_STATUSES}
  Several files: the first of 130, 3, 137, 124, 1, 2 that one of them ended with.

Examples:
  $ stint run report.lua --arg 2026 --timeout 5s
  $ stint run jobs/*.ts --parallel 4 --memory 128mb
  $ stint run untrusted.js --json | jq .kind
  $ stint run totals.lua --tool csv.parse --tool file.read --read ./data`,
  )
  .action(async (files: string[], options) => {
    const { runFiles } = await import('./commands/run.js');
    await end(await runFiles(files, options), options);
  });

addLimitOptions(
  program
    .command('eval')
    .description('run a piece of code')
    .argument('<code>', "the code; '-' reads it from standard input"),
)
  .option('--language <name>', 'lua, javascript or typescript', 'javascript')
  .option('--json', 'print one JSON text, and nothing else')
  .option('--arg <value>', 'an argument for the script, as text; may be repeated', gather)
  .option('--no-daemon', 'in this process, also if a daemon runs')
  .addHelpText(
    'after',
    `${EXIT_STATUSES}

Examples:
  $ stint eval '[1, 2, 3].map((x) => x * x)'
  $ stint eval 'return _VERSION' --language lua
  $ cat job.lua | stint eval - --language lua --timeout 2s`,
  )
  .action(async (code: string, options) => {
    const { evaluate } = await import('./commands/eval.js');
    await end(await evaluate(code, options), options);
  });

addLimitOptions(program.command('repl').description('read, run and print, line by line'))
  .option('--language <name>', 'lua, javascript or typescript', 'javascript')
  .addHelpText(
    'after',
    `
Each input runs in a fresh VM; the last value is there as _ in the next one.
Ctrl-C stops what runs and keeps the session; Ctrl-D ends it.

Example:
  $ stint repl --language lua --timeout 2s`,
  )
  .action(async (options) => {
    const { repl } = await import('./commands/repl.js');
    await end(await repl(options), options);
  });

program
  .command('bench')
  .description(
    'measure this machine: creation, calls, workloads, threads, memory, leaks, timeouts, sockets, kernel, restarts',
  )
  .option('--quick', 'half a minute, for a look, in place of some seven minutes')
  .option('--only <suite>', 'only this suite; may be repeated', gather)
  .option('--report <file.html>', 'write a page with charts of the distributions')
  .option('--json <file>', "write the results as JSON ('/dev/stdout' works)")
  .option('--compare <old.json>', 'say what changed beyond noise since these results of --json')
  .addHelpText(
    'after',
    `
Every suite runs three times, each time in a process of its own.
Exit status: 0 all targets are met, 1 one is missed, 2 wrong usage, 3 it could not be measured.

Examples:
  $ stint bench --quick
  $ stint bench --report bench.html --json bench.json
  $ stint bench --compare bench.json`,
  )
  .action(async (options) => {
    const { bench } = await import('./commands/bench.js');
    process.exitCode = await bench(options);
  });

addLimitOptions(
  program
    .command('soak')
    .description('run a script again and again, and say whether memory, descriptors, threads or segments grow with it')
    .argument('<file>', 'the script'),
)
  .option('--cycles <n>', 'how often (default: 400), after a quarter as many of warm-up, 40 at least')
  .option('--duration <time>', 'for how long instead: 30s, 10m')
  .option('--arg <value>', 'an argument for the script, as text; may be repeated', gather)
  .option('--module', 'the file is a module of your own: call a function that it exports')
  .option('--export <name>', 'which function (default: default)')
  .option('--segments <prefix>', 'count shared memory with such names too, not only what is mapped')
  .option('--report <file.html>', 'write a page with a plot of each measure')
  .option('--json', 'print one JSON text, and nothing else')
  .addHelpText(
    'after',
    `
Exit status: 0 nothing grows, 1 something does, or the script failed; else as for run.

Examples:
  $ stint soak report.lua --cycles 1000
  $ stint soak report.lua --duration 10m --report soak.html
  $ stint soak resize.ts --module --export resize --arg cat.png`,
  )
  .action(async (file: string, options) => {
    const { soakFile } = await import('./commands/soak.js');
    await end(await soakFile(file, options), options);
  });

program
  .command('doctor')
  .description('list what outlives a process: what lives, what is orphaned, and whose it was')
  .option('--sweep', 'reclaim what dead processes left, first')
  .option('--json', 'print one JSON text')
  .option('--directory <path>', "the ledger's directory")
  .addHelpText(
    'after',
    `
Exit status:
  0 nothing is left by anybody dead     1 something is     2 wrong usage     3 the ledger cannot be used

Examples:
  $ stint doctor
  $ stint doctor --sweep --json | jq .swept.reclaimed`,
  )
  .action(async (options) => {
    const { doctor } = await import('./commands/doctor.js');
    process.exitCode = await doctor(options);
  });

addToolCommands(program);

/** Tools may leave something behind that would keep the process alive. */
async function end(status: number, { tool }: { tool?: string[] }): Promise<void> {
  if (tool !== undefined) await endWith(status);
  process.exitCode = status;
}

program
  .command('serve')
  .description('serve tools, scripts and sessions to other programs, at a socket of yours')
  .option('--unix <path>', 'listen at a unix socket (default: the one where `stint status` looks)')
  .option('--tcp <host:port>', 'listen for TCP too; who connects needs the token')
  .option('--http <host:port>', 'listen for HTTP too: /rpc, and /mcp for AI clients; with a token')
  .option('--websocket <host:port>', 'listen for WebSockets too; with a token')
  .option('--config <file>', 'policy, limits and tools (default: stint/daemon.json in your configuration)')
  .option('--log <file>', 'write the log to a file, which is rotated (default: standard error)')
  .option('--grace <time>', 'how long what is in flight may take at the end (default: 5s)')
  .option('--detach', 'serve in the background, and return when it serves')
  .option('--print-unit', 'print a systemd user unit that serves, and do nothing else')
  .addHelpText(
    'after',
    `
SIGHUP reads the configuration again and reopens the log; SIGTERM ends it in good order.

Examples:
  $ stint serve --detach
  $ stint serve --http 127.0.0.1:4800
  $ stint serve --print-unit > ~/.config/systemd/user/stint.service`,
  )
  .action(async (options) => {
    const { serveKernel } = await import('./commands/serve.js');
    process.exitCode = await serveKernel(options);
  });

const addDaemonCommand = (name: 'status' | 'stop', about: string): Command =>
  program
    .command(name)
    .description(about)
    .option('--connect <address>', 'an address, a socket or a connection file (default: your daemon)')
    .addHelpText('after', '\nExit status: 0 done, 1 no daemon answers, 2 wrong usage, 3 it cannot be talked to.')
    .action(async (options) => {
      const daemon = await import('./commands/daemon.js');
      process.exitCode = await daemon[name](options);
    });
addDaemonCommand('status', 'say what the daemon is doing').option('--json', 'print one JSON text');
addDaemonCommand('stop', 'end the daemon in good order');

program
  .command('mcp')
  .description('serve the tools to an AI client over standard input and output (Model Context Protocol)')
  .option('--config <file>', 'policy, limits and tools (default: stint/daemon.json in your configuration)')
  .option('--no-daemon', 'with a kernel of its own, also if a daemon runs')
  .action(async (options) => {
    const { serveMcp } = await import('./commands/mcp.js');
    process.exitCode = await serveMcp(options);
  });

/** Does what the command line says. */
export async function runProgram(): Promise<void> {
  try {
    await program.parseAsync();
  } catch (error) {
    const { report } = await import('./report-error.js');
    process.exitCode =
      error instanceof CommanderError ? (error.exitCode === 0 ? EXIT.completed : EXIT.usage) : report(error);
  }
}
