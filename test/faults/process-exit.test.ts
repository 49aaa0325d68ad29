import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

const INDEX = new URL('../../dist/index.js', import.meta.url).href;

/** Runs a program in a process of its own; a hang ends it. */
function runProgram(code: string, nodeOptions: string[] = []) {
  const program = `import { createRuntime, run, start, closeSharedRuntime } from '${INDEX}';\n${code}`;
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    [...nodeOptions, '--input-type=module', '--eval', program],
    { encoding: 'utf8', timeout: 60_000, env: { PATH: process.env['PATH'] } },
  );
  return { status, signal, stdout, stderr };
}

/** Part of a program: a deadline for the scripts that need one. */
const LIMITS_OF = `const limitsOf = (code) => (code.includes('42') ? {} : { timeout: 100 });`;
const DONE = { status: 0, signal: null, stderr: '' };
const LUA = (code: string): string => `{ language: 'lua', code: ${JSON.stringify(code)} }`;

describe('a process with a runtime', () => {
  it('exits by itself when the runtime is idle, and prints nothing', () => {
    expect(runProgram(`console.log(await run(${LUA('return 42')}));`)).toEqual({ ...DONE, stdout: '42\n' });
  });

  it('exits by itself when a runtime was made and never used', () => {
    expect(runProgram('await createRuntime();')).toEqual({ ...DONE, stdout: '' });
  });

  it('waits for a running task', () => {
    const code = `start(${LUA('for i = 1, 3e7 do end print("end")')}, { output: (text) => process.stdout.write(text) });`;
    expect(runProgram(code)).toEqual({ ...DONE, stdout: 'end\n' });
  });

  it('exits at once by process.exit() while tasks run', () => {
    const code = `start(${LUA('print("on") while true do end')}, { output: () => process.exit(7) });`;
    expect(runProgram(code)).toEqual({ status: 7, signal: null, stdout: '', stderr: '' });
  });

  it('loads stint without starting a thread or touching what it was not asked for (invariant 10)', () => {
    const code = `
      console.log(process.getActiveResourcesInfo().filter((resource) => /port|worker|timeout/i.test(resource)).length);`;
    expect(runProgram(code)).toEqual({ ...DONE, stdout: '0\n' });
  });

  it('can make a runtime in a worker thread, with everything that the ladder has', () => {
    const inner = `
      import { parentPort } from 'node:worker_threads';
      import { createRuntime } from '${INDEX}';
      ${LIMITS_OF}
      const runtime = await createRuntime({ threads: 1, grace: 1000 });
      const outcomes = [];
      for (const code of ['while true do end', 'return string.find(string.rep("a", 20000), ".-.-.-.-b")', 'return 42']) {
        const { kind, rung, value } = await runtime.start({ language: 'lua', code }, { limits: limitsOf(code) }).outcome;
        outcomes.push([kind, rung, value].join(' ').trim());
      }
      outcomes.push(runtime.stats().interrupts);
      await runtime.close();
      parentPort.postMessage(outcomes);`;
    const code = `
      import { Worker } from 'node:worker_threads';
      const worker = new Worker(new URL('data:text/javascript,' + encodeURIComponent(${JSON.stringify(inner)})));
      worker.on('message', (outcomes) => console.log(outcomes.join(', ')));`;
    expect(runProgram(code)).toEqual({
      ...DONE,
      stdout: 'timed-out stop, timed-out break, completed  42, inspector\n',
    });
  });

  it('polls and ends threads where the inspector is denied, and says so', () => {
    const code = `
      ${LIMITS_OF}
      const runtime = await createRuntime({ threads: 1, grace: 1000 });
      const outcomes = [];
      for (const code of ['while true do end', 'return string.find(string.rep("a", 20000), ".-.-.-.-b")', 'return 42']) {
        const { kind, rung, value } = await runtime.start({ language: 'lua', code }, { limits: limitsOf(code) }).outcome;
        outcomes.push([kind, rung, value].join(' ').trim());
      }
      for (const code of ['while (true);', 'await new Promise(() => {})', '42']) {
        const { kind, rung, value } = await runtime.start({ language: 'javascript', code }, { limits: limitsOf(code) }).outcome;
        outcomes.push([kind, rung, value].join(' ').trim());
      }
      console.log([...outcomes, runtime.stats().interrupts, runtime.stats().threads.started].join(', '));
      await runtime.close();`;
    const { stdout, status } = runProgram(code, ['--experimental-permission', '--allow-fs-read=*', '--allow-worker']);
    expect({ stdout, status }).toEqual({
      stdout:
        'timed-out stop, timed-out terminate, completed  42, timed-out stop, timed-out stop, completed  42, polling, 2\n',
      status: 0,
    });
  });
});
