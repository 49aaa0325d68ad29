import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Crossing, createMonitor, measuresOf, sample } from '#stint/monitor/index';

describe('a monitor', () => {
  it.runIf(process.platform === 'linux')(
    'says once that a threshold is exceeded, and once that it is not any more (invariant 1)',
    () => {
      const now = measuresOf(sample()).descriptors ?? 0;
      const threshold = now + 20;
      using monitor = createMonitor({ thresholds: { descriptors: threshold } });
      const events: string[] = [];
      monitor.on('exceeded', ({ measure, value }: Crossing) => events.push(`${measure} ${value > threshold}`));
      monitor.on('recovered', ({ measure }) => events.push(`${measure} recovered`));
      monitor.look();
      expect(events).toEqual([]);
      const open = Array.from({ length: 40 }, () => openSync('/dev/null', 'r'));
      monitor.look();
      monitor.look();
      expect(events).toEqual(['descriptors true']);
      // One below the threshold is not enough below it.
      for (const descriptor of open.splice(0, 21)) closeSync(descriptor);
      monitor.look();
      expect(events).toEqual(['descriptors true']);
      for (const descriptor of open) closeSync(descriptor);
      monitor.look();
      monitor.look();
      expect(events).toEqual(['descriptors true', ...(now <= threshold * 0.9 ? ['descriptors recovered'] : [])]);
    },
  );

  it('looks by itself every so often', async () => {
    using monitor = createMonitor({ every: 100, thresholds: { rss: 1 } });
    const [[crossing], [first]] = await Promise.all([once(monitor, 'exceeded'), once(monitor, 'sample')]);
    expect(crossing).toMatchObject({ measure: 'rss', threshold: 1 });
    expect(first.rss).toBeGreaterThan(1);
  });

  it('keeps no process alive (invariant 2)', () => {
    const url = new URL('../../dist/monitor/index.js', import.meta.url).href;
    const code = `import { createMonitor } from '${url}'; createMonitor({ every: 100 });`;
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
      timeout: 60_000,
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it.runIf(process.platform === 'linux')(
    'sees also that no descriptor is left, and ends no process (invariant 3)',
    () => {
      const url = new URL('../../dist/monitor/index.js', import.meta.url).href;
      const code = `
      import { openSync } from 'node:fs';
      import { createMonitor } from '${url}';
      const monitor = createMonitor({ every: 100, thresholds: { descriptors: 90, children: 0 } });
      const alive = setTimeout(() => {}, 45_000);
      try { for (;;) openSync('/dev/null'); } catch (error) { if (error.code !== 'EMFILE') throw error; }
      monitor.on('exceeded', ({ measure, value }) => {
        console.log(measure, value > 90);
        monitor.once('sample', () => {
          console.log('goes on');
          clearTimeout(alive);
        });
      });`;
      const command = 'ulimit -n 100 && exec "$0" --input-type=module -e "$1"';
      const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', command, process.execPath, code], {
        timeout: 60_000,
        encoding: 'utf8',
      });
      expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'descriptors true\ngoes on\n', stderr: '' });
    },
  );

  it.each([
    [{ every: 5 }, 'options.every is 5'],
    [{ every: Number.NaN }, 'options.every is NaN'],
    [{ thresholds: { speed: 1 } }, "options.thresholds is 'speed'; it must be about rss"],
    [{ thresholds: { rss: -1 } }, 'options.thresholds.rss is -1'],
    [{ treshold: { rss: 1 } }, 'options.treshold is not an option; the options are every, thresholds'],
    [null, 'options is null'],
  ])('refuses %j and says why', (options, message) => {
    expect(() => createMonitor(options as never)).toThrow(message);
  });
});
