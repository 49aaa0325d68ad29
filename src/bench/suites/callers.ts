import { createRuntime } from '../../runtime/create-runtime.js';
import type { Runtime } from '../../runtime/runtime.js';
import { exactly, SOURCES } from '../measurement.js';
import type { Suite, SuiteContext } from '../suite.js';

const CALLERS = [1, 5, 10, 20];
const LUA = { language: 'lua', code: 'local sum = 0 for i = 1, 10000 do sum = sum + i end return sum' } as const;

export const suite: Suite = {
  title: 'Callers at once',
  about: 'So many callers, each of which makes one call after the other, all at the same time on one runtime.',
  async run(context) {
    const runtime = await createRuntime({ slots: 32 });
    for (const callers of CALLERS) {
      await measureMeeting(context, runtime, callers);
      await measureCalls(context, runtime, callers);
    }
    await runtime.close();
  },
};

/** Nobody gets an answer before all have called: if they were not truly at once, it would never end. */
async function measureMeeting(context: SuiteContext, runtime: Runtime, callers: number): Promise<void> {
  let inside = 0;
  let open = (): void => undefined;
  const all = new Promise<void>((resolve) => {
    open = resolve;
  });
  const meet = async (): Promise<number> => {
    inside += 1;
    if (inside === callers) open();
    await all;
    return inside;
  };
  const met = await Promise.all(
    Array.from({ length: callers }, () =>
      runtime.run<number>(
        { language: 'lua', code: 'return functions.meet()' },
        { functions: { meet }, limits: { timeout: '10s' } },
      ),
    ),
  );
  context.row({
    id: `inside-${callers}`,
    title: `${callers} callers: inside at the same moment`,
    unit: 'count',
    better: 'higher',
    values: [Math.min(...met)],
    targets: [exactly(callers, SOURCES.own)],
  });
}

async function measureCalls(context: SuiteContext, runtime: Runtime, callers: number): Promise<void> {
  const times: number[] = [];
  const calls = Math.ceil(context.size(2000, 160) / callers);
  const from = performance.now();
  await Promise.all(
    Array.from({ length: callers }, async () => {
      for (let i = 0; i < calls; i += 1) {
        const at = performance.now();
        await runtime.run(LUA);
        times.push((performance.now() - at) * 1000);
      }
    }),
  );
  const seconds = (performance.now() - from) / 1000;
  context.row({ id: `call-${callers}`, title: `${callers} callers: a call`, unit: 'us', values: times });
  context.row({
    id: `rate-${callers}`,
    title: `${callers} callers: calls together`,
    unit: '/s',
    better: 'higher',
    values: [times.length / seconds],
  });
}
