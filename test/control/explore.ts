/** Actors that share state, and what must hold when all are done. */
interface Scene {
  actors: Generator<void>[];
  check(): void;
}

/** Past so many steps an actor waits for something that will not come. */
const LONGEST_RUN = 200;

/**
 * Runs a scene in every order in which its actors' steps can come. An actor that spins (yields without
 * having changed anything) is not chosen twice in a row while another can move, which keeps the number of orders finite.
 *
 * @returns how many orders there are
 */
export function explore(setUp: () => Scene): number {
  let runs = 0;
  /** The choices of the run before: the next run repeats them but for the last one that has an alternative. */
  let plan: { choice: number; options: number }[] = [];
  do {
    const scene = setUp();
    const trace = runOnce(
      scene,
      plan.map(({ choice }) => choice),
    );
    scene.check();
    runs += 1;
    plan = trace;
    while (plan.length > 0) {
      const last = plan[plan.length - 1] as { choice: number; options: number };
      if (last.choice + 1 < last.options) {
        last.choice += 1;
        break;
      }
      plan.pop();
    }
  } while (plan.length > 0);
  return runs;
}

function runOnce(scene: Scene, plan: number[]): { choice: number; options: number }[] {
  const trace: { choice: number; options: number }[] = [];
  let live = [...scene.actors];
  let stepsOfLast = 0;
  let last: Generator<void> | undefined;
  while (live.length > 0) {
    if (trace.length > LONGEST_RUN) throw new Error('an actor waits for ever');
    // Fairness: after a few steps in a row the others get a turn.
    const choices = stepsOfLast >= 6 && live.length > 1 ? live.filter((actor) => actor !== last) : live;
    const choice = plan[trace.length] ?? 0;
    const actor = choices[choice] as Generator<void>;
    trace.push({ choice, options: choices.length });
    stepsOfLast = actor === last ? stepsOfLast + 1 : 1;
    last = actor;
    if (actor.next().done === true) live = live.filter((other) => other !== actor);
  }
  return trace;
}
