import { spawnSync } from 'node:child_process';
import { chownSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { placesOf } from '#stint/daemon/places';
import { temporaryFolder } from '../ledger/support.js';

const ELSEWHERE = join(tmpdir(), `stint-${process.geteuid?.()}`);

describe('the places of the daemon', () => {
  it("are in the user's own directories", () => {
    const folder = temporaryFolder();
    const places = placesOf({ XDG_RUNTIME_DIR: folder, XDG_STATE_HOME: '/state', XDG_CONFIG_HOME: '/config' });
    expect(places.socket).toBe(join(folder, 'stint', 'daemon.sock'));
    expect(places.log).toBe('/state/stint/daemon.log');
    expect(places.history).toBe('/state/stint/repl-history');
    expect(places.config).toBe('/config/stint/daemon.json');
  });

  it('are in no directory that is not absolute: the daemon would make it elsewhere than it is looked for', () => {
    const places = placesOf({ XDG_RUNTIME_DIR: '.', XDG_STATE_HOME: 'state', XDG_CONFIG_HOME: 'config' });
    expect(places.runtime).toBe(ELSEWHERE);
    for (const path of [places.log, places.config]) expect(path).toMatch(/^\//);
  });

  it('are in no runtime directory that is none, or of another user', () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    const others = process.geteuid?.() === 0 ? temporaryFolder() : '/';
    if (others !== '/') chownSync(others, 4711, 4711);
    for (const XDG_RUNTIME_DIR of [file, others, join(file, 'none')])
      expect(placesOf({ XDG_RUNTIME_DIR }).runtime).toBe(ELSEWHERE);
  });

  it.runIf(process.geteuid?.() === 0).each([{}, { HOME: '/' }])(
    'are known of a user whom the system does not know: %j',
    (env) => {
      const places = fileURLToPath(new URL('../../dist/daemon/places.js', import.meta.url));
      const code = `
        const { placesOf } = await import(${JSON.stringify(places)});
        process.setgid(54321);
        process.setuid(54321);
        const places = placesOf(process.env);
        console.log(places.socket);
        try { console.log(places.log); } catch ({ code, message }) { console.log(code, message); }`;
      const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
        encoding: 'utf8',
        timeout: 60_000,
        env,
      });
      const log = 'HOME' in env ? '/.local/state/stint/daemon.log' : 'INVALID_ARGUMENT nothing says where the log is';
      expect(stdout).toContain(`/tmp/stint-54321/daemon.sock\n${log}`);
    },
  );
});
