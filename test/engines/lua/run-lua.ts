import type { Step } from '#stint/engines/engine';
import { LuaEngine } from '#stint/engines/lua/lua-engine';
import { loadLuaModule } from '#stint/engines/lua/module';
import type { Value } from '#stint/values/value';

export const MIB = 2 ** 20;

export const engine = new LuaEngine(await loadLuaModule());

interface Given {
  args?: Value[];
  memory?: number;
  name?: string;
  /** Answers whether the host takes more output. */
  write?: (text: string, stream: 'stdout' | 'stderr') => boolean;
}

interface Ran {
  step: Step;
  stdout: string;
  stderr: string;
  peak: number;
}

/** Runs one script in this thread from its start to its end. */
export function runLua(code: string | Uint8Array, given: Given = {}): Ran {
  const written = { stdout: '', stderr: '' };
  const host = {
    write: (text: string, stream: 'stdout' | 'stderr') => {
      written[stream] += text;
      return given.write?.(text, stream) ?? true;
    },
    stopRequested: () => false,
    call: () => 'refused' as const,
    answerTo: () => undefined,
    preemptRequested: () => false,
    wake: () => undefined,
  };
  const { args = [], memory = 64 * MIB, name = 'script' } = given;
  const vm = engine.create({ language: 'lua', code, name, memory }, args, host);
  const step = vm.resume([]);
  vm.close();
  return { step, ...written, peak: vm.peakMemory };
}

/** The result of a script that must complete. */
export function resultOf(code: string, given?: Given): Value {
  const { step } = runLua(code, given);
  if (step.kind !== 'completed') throw new Error(`expected a result, got ${JSON.stringify(step)}`);
  return step.value;
}

/** The error of a script that must fail. */
export function errorOf(code: string | Uint8Array, given?: Given) {
  const { step } = runLua(code, given);
  if (step.kind !== 'failed') throw new Error(`expected a failure, got ${step.kind}`);
  return step.error;
}
