/** A systemd user unit for the daemon. `%t` is `XDG_RUNTIME_DIR`: https://www.freedesktop.org/software/systemd/man/systemd.unit.html */
export function systemdUnit(node: string, script: string, args: readonly string[]): string {
  const command = [node, script, 'serve', ...args].map(quote).join(' ');
  return `[Unit]
Description=stint kernel
Documentation=https://www.npmjs.com/package/stint

[Service]
Type=exec
ExecStart=${command}
ExecReload=/bin/kill -HUP $MAINPID
KillMode=mixed
TimeoutStopSec=30
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
