import type { ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { runStint, spawnStint } from '../cli/run-stint.ts';

/** A user's directories, in a folder that is gone after the test, with any daemon that is left in it. */
export class Home {
  readonly folder = mkdtempSync(join(tmpdir(), 'stint-daemon-'));
  readonly socket = join(this.folder, 'run', 'stint', 'daemon.sock');
  readonly log = join(this.folder, 'state', 'stint', 'daemon.log');
  readonly config = join(this.folder, 'config', 'stint', 'daemon.json');

  constructor() {
    mkdirSync(join(this.folder, 'run'), { mode: 0o700 });
    mkdirSync(join(this.folder, 'config', 'stint'), { recursive: true });
    chmodSync(this.folder, 0o700);
    onTestFinished(async () => {
      await this.stint(['stop']);
      rmSync(this.folder, { recursive: true, force: true });
    });
  }

  get env(): NodeJS.ProcessEnv {
    return {
      XDG_RUNTIME_DIR: join(this.folder, 'run'),
      XDG_STATE_HOME: join(this.folder, 'state'),
      XDG_CONFIG_HOME: join(this.folder, 'config'),
    };
  }

  spawn(args: string[]): ChildProcess {
    return spawnStint(args, this.folder, this.env);
  }

  stint(args: string[], input = '') {
    return runStint(args, this.folder, { input, env: this.env });
  }

  /** Starts one in the background; gives its process id. */
  async start(...flags: string[]): Promise<number> {
    const { status, stderr } = await this.stint(['serve', '--detach', ...flags]);
    if (status !== 0) throw new Error(stderr);
    return Number(/process (\d+)/.exec(stderr)?.[1]);
  }
}

/** Settles when a folder has nothing but these names. */
export async function leftAlone(folder: string, names: readonly string[]): Promise<void> {
  const is = (): boolean => readdirSync(folder).every((name) => names.includes(name));
  await new Promise<void>((resolve) => {
    const watcher = watch(folder, () => {
      if (!is()) return;
      watcher.close();
      resolve();
    });
    if (is()) watcher.emit('change');
  });
}
