/** How the arguments of a program can have it run another one. */
interface Launching {
  /** What long options begin with, as far as they can be abbreviated. */
  readonly long?: readonly string[];
  /** Letters of short options, which may stand in a row: `-xzI`. */
  readonly short?: string;
  /** Whole arguments. */
  readonly words?: readonly string[];
}

/**
 * Programs whose arguments are known for it. The list cannot be complete: it is there so that the permission for an ordinary program is not
 * one for every program by accident.
 */
const LAUNCHING: Readonly<Record<string, Launching>> = {
  curl: {
    long: [
      '--outp',
      '--remote-',
      '--config',
      '--cookie-j',
      '--dump-',
      '--trace',
      '--stderr',
      '--etag-s',
      '--libc',
      '--hsts',
      '--alt-',
    ],
    short: 'oOKDcJ',
  },
  find: { words: ['-exec', '-execdir', '-ok', '-okdir', '-delete', '-fprint', '-fprint0', '-fprintf', '-fls'] },
  git: {
    long: ['--config-', '--exec', '--ext-', '--git-d', '--open-', '--ou', '--upl', '--rec', '--textc', '--work-t'],
    short: 'cCuOx',
    words: ['bisect', 'config', 'difftool', 'filter-branch', 'mergetool', 'rebase', 'submodule'],
  },
  man: { long: ['--pa', '--ht', '--pr'], short: 'PH' },
  nmap: { long: ['--script', '--interactive'] },
  rg: { long: ['--pre', '--hostname-b'] },
  rsync: { long: ['--rs'], short: 'e' },
  scp: { short: 'oSFD' },
  sftp: { short: 'oSFD' },
  sort: { long: ['--co', '--o'], short: 'o' },
  ssh: { short: 'oFEL' },
  tar: { long: ['--to-', '--checkpoint-', '--us', '--rs', '--rm', '--inf', '--new-'], short: 'IF' },
  tcpdump: { short: 'zw' },
  wget: { long: ['--use-a', '--ex', '--out', '--conf'], short: 'eO' },
  zip: { long: ['--unz'], short: 'T' },
};

/** Programs that are there to run programs: shells, interpreters, and what starts another with its arguments. */
const LAUNCHERS: ReadonlySet<string> = new Set(
  [
    'sh bash dash zsh ksh fish csh tcsh busybox',
    'node nodejs deno bun python perl ruby php lua luajit tclsh awk gawk mawk sed ed ex vi vim emacs less more',
    'env xargs parallel nice nohup setsid timeout stdbuf time ionice taskset flock watch expect script screen tmux',
    'sudo su doas runuser chroot unshare nsenter strace ltrace gdb make npm npx yarn pnpm docker podman systemd-run at batch',
  ].flatMap((names) => names.split(' ')),
);

/** What of a command line could have it run another program; undefined if nothing is known to. */
export function launchingArgument(command: string, args: readonly string[]): string | undefined {
  // As python3.12 is python.
  const name = command.slice(command.lastIndexOf('/') + 1).replace(/[\d.]+$/, '');
  if (LAUNCHERS.has(name)) return name;
  const known = Object.hasOwn(LAUNCHING, name) ? LAUNCHING[name] : undefined;
  return known && args.find((argument, index) => launches(known, argument, name === 'tar' && index === 0));
}

/** @param bare whether letters of options may stand without a dash, as the first argument of tar may */
function launches({ long = [], short = '', words = [] }: Launching, argument: string, bare: boolean): boolean {
  if (words.includes(argument)) return true;
  if (argument.startsWith('--')) return long.some((prefix) => argument.startsWith(prefix));
  if (!argument.startsWith('-') && !bare) return false;
  return [...short].some((letter) => argument.includes(letter));
}
