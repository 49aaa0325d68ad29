import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { placesOf } from '#stint/daemon/places';

afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

describe('the places of a user', () => {
  it('are where the variables of XDG say', () => {
    expect(placesOf({ XDG_RUNTIME_DIR: '/run', XDG_STATE_HOME: '/state', XDG_CONFIG_HOME: '/config' })).toMatchObject({
      socket: '/run/stint/daemon.sock',
      log: '/state/stint/daemon.log',
      history: '/state/stint/repl-history',
      config: '/config/stint/daemon.json',
    });
  });

  it('are found for a user whom the system has no name for, as in a container', () => {
    vi.spyOn(os, 'userInfo').mockImplementation(() => {
      throw Object.assign(new Error('uv_os_get_passwd returned ENOENT'), { code: 'ERR_SYSTEM_ERROR' });
    });
    syncBuiltinESMExports();
    expect(placesOf({ HOME: '/home' }).socket).toBe(`${os.tmpdir()}/stint-${process.getuid?.()}/daemon.sock`);
  });
});
