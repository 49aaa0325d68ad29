import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { LogFile } from '#stint/daemon/log-file';

function makePath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stint-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'a', 'daemon.log');
}

it('a log keeps so many files of so many bytes, the latest lines in them (1)', () => {
  const path = makePath();
  using log = new LogFile(path, 1000, 3);
  for (let i = 0; i < 100; i += 1) log.write('info', 'test', { i });
  expect([path, `${path}.1`, `${path}.2`].map((file) => statSync(file).size <= 1000)).toEqual([true, true, true]);
  expect(existsSync(`${path}.3`)).toBe(false);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const lines = [`${path}.2`, `${path}.1`, path].flatMap((file) => readFileSync(file, 'utf8').trim().split('\n'));
  const numbers = lines.map((line) => JSON.parse(line).data.i);
  expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, i) => 100 - numbers.length + i));
});

it('a log goes on in a new file when it was moved away', () => {
  const path = makePath();
  using log = new LogFile(path);
  log.write('info', 'test', 'one');
  renameSync(path, `${path}.old`);
  log.reopen();
  log.write('info', 'test', 'two');
  expect(readFileSync(path, 'utf8')).toContain('two');
  expect(readFileSync(`${path}.old`, 'utf8')).toContain('one');
});

it('a line that is very long is shortened', () => {
  const path = makePath();
  using log = new LogFile(path);
  log.write('info', 'test', 'x'.repeat(1_000_000));
  expect(statSync(path).size).toBeLessThan(20_000);
  expect(JSON.parse(readFileSync(path, 'utf8'))).toBeDefined();
});

it('a log goes on in its old file if there can be no new one', () => {
  const path = makePath();
  using log = new LogFile(path);
  renameSync(dirname(path), `${dirname(path)}.old`);
  expect(() => log.reopen()).toThrow('ENOENT');
  log.write('info', 'test', 'still here');
  expect(readFileSync(join(`${dirname(path)}.old`, 'daemon.log'), 'utf8')).toContain('still here');
});

it.runIf(existsSync('/usr/bin/prlimit'))('a log whose disk was full for a while goes on with whole lines', () => {
  const path = makePath();
  const program = `
    import { execFileSync } from 'node:child_process';
    import { LogFile } from '#stint/daemon/log-file';
    const limit = (bytes) => execFileSync('/usr/bin/prlimit', ['--pid', String(process.pid), '--fsize=' + bytes + ':']);
    const log = new LogFile(process.argv[1]);
    limit(1500);
    for (let i = 0; i < 20; i += 1) log.write('info', 'test', { i });
    limit('unlimited');
    log.write('info', 'test', 'room again');
  `;
  execFileSync(process.execPath, ['--input-type=module', '-e', program, path], { stdio: 'inherit' });
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  const last = lines.findIndex((line) => line.includes('room again'));
  expect(JSON.parse(lines[last] as string).lost).toBe(20 - (last - 1));
});
