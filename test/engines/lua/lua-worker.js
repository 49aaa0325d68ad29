// A worker thread with a Lua engine in it, for tests that interrupt a script from outside.
import { parentPort, workerData } from 'node:worker_threads';
import { LuaEngine } from '#stint/engines/lua/lua-engine';

const engine = new LuaEngine(workerData);
let vm;

const host = {
  write(text, stream) {
    parentPort.postMessage({ kind: 'wrote', text, stream });
    return true;
  },
  stopRequested: () => false,
  call: () => 'refused',
  answerTo: () => undefined,
  preemptRequested: () => false,
  wake: () => undefined,
};

// What an interrupt calls, between two instructions of whatever runs.
globalThis.stopScript = () => vm?.stop();

parentPort.on('message', (message) => {
  if (message === 'discard') {
    vm.discard();
    parentPort.postMessage({ kind: 'discarded', counts: engine.counts() });
    return;
  }
  vm = engine.create({ language: 'lua', name: 'script', memory: 64 * 2 ** 20, ...message }, [], host);
  const step = vm.resume([]);
  parentPort.postMessage({ kind: 'stepped', step });
  vm.close();
  parentPort.postMessage({ kind: 'closed', peak: vm.peakMemory, counts: engine.counts() });
});
