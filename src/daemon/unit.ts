/** Seconds that a daemon may take to end, beyond the grace that it gives. */
const END_SECONDS = 25;

/**
 * A systemd user unit for the daemon: https://www.freedesktop.org/software/systemd/man/systemd.unit.html
 *
 * @param grace ms that what is in flight has at the end
 */
export function systemdUnit(node: string, script: string, args: readonly string[], grace: number): string {
  const command = [node, script, 'serve', ...args].map(quote).join(' ');
  return `[Unit]
Description=stint kernel
Documentation=https://www.npmjs.com/package/stint

[Service]
Type=exec
ExecStart=${command}
ExecReload=/bin/kill -HUP $MAINPID
KillMode=mixed
TimeoutStopSec=${Math.ceil(grace / 1000) + END_SECONDS}
Restart=on-failure
NoNewPrivileges=true
UMask=0077

[Install]
WantedBy=default.target
`;
}

/** As systemd reads a command line: quotes, doubled percents and dollars. */
function quote(word: string): string {
  const escaped = word.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /^[\w@%+=:,./$-]+$/.test(escaped) ? escaped : `"${escaped}"`;
}
