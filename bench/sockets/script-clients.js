import { ECHO_CLIENT } from '../../dist/bench/work/echo-client.js';
import { createRuntime } from '../../dist/index.js';
import { pace } from './pace.js';
import { payload } from './payload.js';

const SERVER = `
  local l = tcp.listen("127.0.0.1", 0)
  functions.ready(l:address().port)
  while true do
    local c = l:accept()
    local got = c:read(64)
    while #got < 64 do got = got .. c:read(64 - #got) end
    c:write(got)
    c:close()
  end`;

const permissions = { net: ['127.0.0.1:*'] };
const limits = { timeout: '120s', memory: '16mb', hostCalls: 10_000_000 };

/** Makes the runtime of the variants with scripts: every client is live at once. */
export async function makeRuntime(count, threads) {
  const runtime = await createRuntime({ threads, slots: count + 64, queue: count, limits });
  await Promise.all(Array.from({ length: threads }, () => runtime.run({ language: 'lua', code: '' })));
  return runtime;
}

/** The load by Lua scripts, one for each client. */
export async function runScriptClients(runtime, { ports, count, paced }) {
  const times = [];
  let right = 0;
  const all = [];
  await pace(count, paced, (i) => {
    const text = payload(i);
    const task = runtime.start(
      { language: 'lua', code: ECHO_CLIENT },
      { args: [ports[i % ports.length], text], permissions },
    );
    all.push(
      task.outcome.then(({ value, usage }) => {
        times.push(usage.runMs);
        if (value === text) right += 1;
      }),
    );
  });
  await Promise.all(all);
  return { right, times };
}

/** Servers that are scripts; gives their ports. */
export function startScriptServers(runtime, count) {
  return Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise((resolve, reject) => {
          const ready = (port) => {
            resolve(port);
            return null;
          };
          const task = runtime.start({ language: 'lua', code: SERVER }, { permissions, functions: { ready } });
          task.outcome.then(({ error }) => reject(error));
        }),
    ),
  );
}
