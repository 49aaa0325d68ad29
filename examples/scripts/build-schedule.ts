// Plans a software release: in which order its tasks can run, which of them decide how long it takes,
// and how soon it is done with one, two or three machines.
// Shows: a topological sort that names a cycle, the critical path, a list scheduler.

const [text = ''] = args;

interface Task {
  readonly name: string;
  readonly minutes: number;
  readonly needs: readonly string[];
}

interface Run {
  readonly task: Task;
  readonly machine: number;
  readonly start: number;
  readonly end: number;
}

function readTasks(lines: string): Map<string, Task> {
  const tasks = new Map<string, Task>();
  for (const line of lines.split('\n')) {
    const [, name, minutes, needs] = line.match(/^([\w-]+): (\d+)(?: <- (.*))?$/) ?? [];
    if (name === undefined) continue;
    tasks.set(name, { name, minutes: Number(minutes), needs: needs?.split(', ') ?? [] });
  }
  return tasks;
}

/** Every task after all that it needs. Throws with the way round if tasks wait for each other. */
function inOrder(tasks: ReadonlyMap<string, Task>): Task[] {
  const done = new Set<Task>();
  const visit = (name: string, trail: readonly string[]): void => {
    const task = tasks.get(name);
    if (task === undefined) throw new Error(`${trail.at(-1)} needs ${name}, which is no task`);
    if (trail.includes(name)) throw new Error(`a cycle: ${[...trail.slice(trail.indexOf(name)), name].join(' -> ')}`);
    if (done.has(task)) return;
    for (const need of task.needs) visit(need, [...trail, name]);
    done.add(task);
  };
  for (const name of tasks.keys()) visit(name, []);
  return [...done];
}

/** For each task the minutes from its start to the end of all, with as many machines as one likes. */
function urgencies(order: readonly Task[]): Map<string, number> {
  const urgency = new Map<string, number>();
  for (const task of order.toReversed()) {
    const after = order.filter(({ needs }) => needs.includes(task.name));
    const longest = Math.max(0, ...after.map(({ name }) => urgency.get(name) ?? 0));
    urgency.set(task.name, task.minutes + longest);
  }
  return urgency;
}

/** The chain of tasks in which none can be late without the whole being late. */
function criticalPath(order: readonly Task[], urgency: ReadonlyMap<string, number>): Task[] {
  const path: Task[] = [];
  const mostUrgent = (tasks: readonly Task[]): Task | undefined =>
    tasks.toSorted((a, b) => (urgency.get(b.name) ?? 0) - (urgency.get(a.name) ?? 0))[0];
  let next = mostUrgent(order);
  while (next !== undefined) {
    const { name } = next;
    path.push(next);
    next = mostUrgent(order.filter(({ needs }) => needs.includes(name)));
  }
  return path;
}

/** Gives each machine that becomes free the most urgent task that is ready. */
function schedule(order: readonly Task[], urgency: ReadonlyMap<string, number>, machines: number): Run[] {
  const runs = new Map<string, Run>();
  const endOf = (name: string): number => runs.get(name)?.end ?? Number.POSITIVE_INFINITY;
  const freeAt = Array.from({ length: machines }, () => 0);
  const waiting = order.toSorted((a, b) => (urgency.get(b.name) ?? 0) - (urgency.get(a.name) ?? 0));
  while (waiting.length > 0) {
    const now = Math.min(...freeAt);
    const machine = freeAt.indexOf(now);
    const ready = waiting.findIndex(({ needs }) => needs.every((need) => endOf(need) <= now));
    const task = ready < 0 ? undefined : waiting.splice(ready, 1)[0];
    if (task === undefined) {
      // Nothing is ready: wait for the next task to end.
      freeAt[machine] = Math.min(...[...runs.values()].map(({ end }) => end).filter((end) => end > now));
    } else {
      runs.set(task.name, { task, machine, start: now, end: now + task.minutes });
      freeAt[machine] = now + task.minutes;
    }
  }
  return [...runs.values()];
}

/** Throws if a task begins before what it needs has ended, or a machine does two things at once. */
function checkSchedule(runs: readonly Run[]): void {
  const ends = new Map(runs.map(({ task, end }) => [task.name, end]));
  for (const { task, machine, start, end } of runs) {
    if (task.needs.some((need) => (ends.get(need) ?? Number.POSITIVE_INFINITY) > start))
      throw new Error(`${task.name} begins too early`);
    const clash = runs.find(
      (other) => other.task !== task && other.machine === machine && other.start < end && start < other.end,
    );
    if (clash !== undefined) throw new Error(`${task.name} and ${clash.task.name} run at once on machine ${machine}`);
  }
}

const order = inOrder(readTasks(text));
const urgency = urgencies(order);
const path = criticalPath(order, urgency);
const shortest = path.reduce((sum, { minutes }) => sum + minutes, 0);
const work = order.reduce((sum, { minutes }) => sum + minutes, 0);

const plans = [1, 2, 3, 4].map((machines) => {
  const runs = schedule(order, urgency, machines);
  checkSchedule(runs);
  return { machines, runs, minutes: Math.max(...runs.map(({ end }) => end)) };
});

for (const { machines, minutes } of plans) {
  if (minutes < shortest || minutes < work / machines)
    throw new Error(`${machines} machines cannot be done in ${minutes} minutes`);
}

console.log(`${order.length} tasks, ${work} minutes of work; never done before ${shortest} minutes because of`);
console.log(`  ${path.map(({ name }) => name).join(' > ')}`);
for (const { machines, minutes } of plans) {
  const busy = Math.round((100 * work) / (minutes * machines));
  console.log(
    `${machines} machine${machines === 1 ? ' ' : 's'}: ${String(minutes).padStart(3)} minutes, busy ${busy} % of the time`,
  );
}
for (const machine of [0, 1]) {
  const names =
    plans[1]?.runs.filter((run) => run.machine === machine).map((run) => `${run.start} ${run.task.name}`) ?? [];
  console.log(`of two, machine ${machine + 1} begins with: ${names.slice(0, 6).join(', ')}`);
}

export default {
  order: order.map(({ name }) => name),
  criticalPath: path.map(({ name }) => name),
  minutes: plans.map(({ minutes }) => minutes),
};
