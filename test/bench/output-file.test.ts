import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OutputFile } from '#stint/bench/output-file';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stint-output-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('an output file', () => {
  it('keeps what was there until the new content is whole (invariant 1)', () => {
    const path = join(folder, 'report.html');
    writeFileSync(path, 'old');
    const file = OutputFile.open(path, '--report');
    expect(readFileSync(path, 'utf8')).toBe('old');
    file.commit('new');
    file[Symbol.dispose]();
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(readdirSync(folder)).toEqual(['report.html']);
  });

  it('leaves nothing behind without a commit, nor changes what was there (invariant 2)', () => {
    const path = join(folder, 'report.html');
    OutputFile.open(path, '--report')[Symbol.dispose]();
    expect(readdirSync(folder)).toEqual([]);
    writeFileSync(path, 'old');
    OutputFile.open(path, '--report')[Symbol.dispose]();
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['report.html']);
  });

  it('writes through a link, and leaves it one', () => {
    writeFileSync(join(folder, 'real'), 'old');
    symlinkSync('real', join(folder, 'link'));
    OutputFile.open(join(folder, 'link'), '--json').commit('new');
    expect(readFileSync(join(folder, 'real'), 'utf8')).toBe('new');
    expect(readdirSync(folder).sort()).toEqual(['link', 'real']);
  });

  it('refuses at once what cannot be written, and says why', () => {
    mkdirSync(join(folder, 'directory'));
    writeFileSync(join(folder, 'file'), '');
    const open = (name: string) => () => OutputFile.open(join(folder, name), '--report');
    expect(open('directory')).toThrow(/^--report .* cannot be written: it is a directory$/);
    expect(open('missing/report.html')).toThrow('there is no such directory');
    expect(open('file/report.html')).toThrow('a part of its path is no directory');
    expect(open('x'.repeat(300))).toThrow('its name is too long');
  });
});
