import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultDirectory, openDirectory } from '#stint/ledger/directory';
import { inspect, openLedger, sweep } from '#stint/ledger/index';
import { temporaryFolder } from './support.js';

const modeOf = (path: string) => (lstatSync(path).mode & 0o7777).toString(8);

describe('the directory of a ledger', () => {
  it('is in the runtime directory of the user, or the state directory, or where that is by default', () => {
    const own = temporaryFolder();
    const state = { XDG_STATE_HOME: '/home/x/state' };
    expect(defaultDirectory({ XDG_RUNTIME_DIR: own, ...state })).toBe(`${own}/stint/ledger`);
    expect(defaultDirectory(state)).toBe('/home/x/state/stint/ledger');
    expect(defaultDirectory({ XDG_RUNTIME_DIR: 'not/absolute' })).toBe(`${homedir()}/.local/state/stint/ledger`);
  });

  it('is named by the option of that name only', async () => {
    const wrong = { directroy: temporaryFolder() } as object;
    const refused = {
      code: 'INVALID_ARGUMENT',
      message: 'options.directroy is not an option; the only one is directory',
    };
    for (const use of [openLedger, inspect, sweep]) await expect(use(wrong)).rejects.toMatchObject(refused);
  });

  it('is in no runtime directory that is not there, or is of another user', async () => {
    const state = { XDG_STATE_HOME: '/home/x/state' };
    const others = process.geteuid?.() === 0 ? temporaryFolder() : '/';
    if (others !== '/') chownSync(others, 4711, 4711);
    for (const XDG_RUNTIME_DIR of [others, '/run/user/none', `${others}/x\0y`])
      expect(defaultDirectory({ XDG_RUNTIME_DIR, ...state })).toBe('/home/x/state/stint/ledger');
  });

  it.each(['', 'relative'])('is refused with what to do about it if HOME says nothing: %j', (HOME) => {
    const url = new URL('../../dist/ledger/index.js', import.meta.url).href;
    const code = `import { openLedger } from '${url}'; await openLedger().catch(({ code, message }) => console.log(code, message));`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
      encoding: 'utf8',
      timeout: 60_000,
      env: { HOME },
    });
    expect(stdout).toMatch(/^INVALID_ARGUMENT nothing says .*HOME is '.*'; set it, or XDG_STATE_HOME/);
  });

  it('is made for this user alone, whatever the umask', async () => {
    const folder = temporaryFolder();
    const umask = process.umask(0);
    try {
      await openDirectory(join(folder, 'a', 'b'));
    } finally {
      process.umask(umask);
    }
    for (const path of ['a', 'a/b', 'a/b/v1', 'a/b/v1/quarantine'])
      expect(modeOf(join(folder, path)), path).toBe('700');
  });

  it.each([0o770, 0o702, 0o777, 0o1777])('is refused if others may write there (mode %o)', async (mode) => {
    const folder = temporaryFolder();
    chmodSync(folder, mode);
    await expect(openLedger({ directory: folder })).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    chmodSync(folder, 0o700);
    await openDirectory(folder);
    chmodSync(join(folder, 'v1'), mode);
    await expect(openLedger({ directory: folder })).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
  });

  it.runIf(process.geteuid?.() === 0)('is refused if it is of another user', async () => {
    const folder = temporaryFolder();
    chownSync(folder, 4711, 4711);
    await expect(openLedger({ directory: folder })).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringContaining('4711'),
    });
  });

  it('is refused if a symbolic link or a file is in the place of what it has', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'elsewhere'), { mode: 0o700 });
    mkdirSync(join(folder, 'ledger'), { mode: 0o700 });
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'ledger', 'v1'));
    await expect(openLedger({ directory: join(folder, 'ledger') })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    writeFileSync(join(folder, 'file'), '');
    await expect(openLedger({ directory: join(folder, 'file') })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it.runIf(process.platform === 'linux')('is refused at once where no directory can be made', async () => {
    const directory = '/proc/stint/ledger';
    await expect(openLedger({ directory })).rejects.toMatchObject({ message: expect.stringContaining(directory) });
  });

  it.each([['relative/path'], ['/with\0zero'], [''], [7], [null]])(
    'is refused if it is no absolute path: %j',
    async (directory) => {
      await expect(openLedger({ directory: directory as string })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    },
  );

  it('is not made by loading stint, nor is anything else', () => {
    const folder = temporaryFolder();
    const modules = ['index', 'ledger/index'].map((name) => new URL(`../../dist/${name}.js`, import.meta.url).href);
    const { status, stderr } = spawnSync(
      process.execPath,
      ['--input-type=module', '--eval', modules.map((url) => `import '${url}';`).join('\n')],
      { encoding: 'utf8', timeout: 60_000, env: { HOME: folder, XDG_RUNTIME_DIR: folder, TMPDIR: folder } },
    );
    expect([status, stderr, readdirSync(folder)]).toEqual([0, '', []]);
  });

  it('is not made by looking at it', async () => {
    const directory = join(temporaryFolder(), 'none', 'ledger');
    expect([await inspect({ directory }), existsSync(join(directory, '..'))]).toEqual([[], false]);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    expect([await inspect({ directory }), readdirSync(directory)]).toEqual([[], []]);
  });

  it('gets nothing, and nothing is started, until something is registered', async () => {
    const folder = temporaryFolder();
    const ledger = await openLedger({ directory: folder });
    expect(readdirSync(join(folder, 'v1'))).toEqual(['quarantine']);
    expect(ledger.guardianPid).toBeUndefined();
    await ledger.close();
  });
});
