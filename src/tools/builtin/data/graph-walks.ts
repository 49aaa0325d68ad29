/** Walks through graphs of any length: none of them calls itself for the next node, as those of the library do. */

/** Where one gets from a node by one edge. */
type Next = (node: string) => readonly string[];

/** What can be reached from a node, itself first, each before what is reached by way of it. */
export function reachable(from: string, next: Next, seen = new Set<string>()): string[] {
  const found: string[] = [];
  const left = [from];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    found.push(node);
    left.push(...[...next(node)].reverse());
  }
  return found;
}

/** The parts of a graph that no edge connects. @param next by edges of both directions */
export function components(nodes: readonly string[], next: Next): string[][] {
  const seen = new Set<string>();
  return nodes.map((node) => (seen.has(node) ? [] : reachable(node, next, seen))).filter(({ length }) => length > 0);
}

/** The nodes, each after those that have an edge to it (Kahn 1962); those of cycles, and after them, are left out. */
export function ordered(nodes: readonly string[], next: Next): string[] {
  const before = new Map<string, number>();
  for (const node of nodes) for (const one of next(node)) before.set(one, (before.get(one) ?? 0) + 1);
  const order = nodes.filter((node) => !before.has(node));
  for (const node of order) {
    for (const one of next(node)) {
      const left = (before.get(one) as number) - 1;
      before.set(one, left);
      if (left === 0) order.push(one);
    }
  }
  return order;
}

/** Nodes each of which can be reached from each other one, where there are several, or one with an edge to itself (Tarjan 1972). */
export function cycles(nodes: readonly string[], next: Next): string[][] {
  const found: string[][] = [];
  const numbers = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const isOpen = new Set<string>();
  const path: { readonly node: string; readonly next: readonly string[]; at: number }[] = [];
  const lower = (node: string, to: number) => lowest.set(node, Math.min(lowest.get(node) as number, to));
  const enter = (node: string) => {
    numbers.set(node, numbers.size);
    lowest.set(node, numbers.size - 1);
    open.push(node);
    isOpen.add(node);
    path.push({ node, next: next(node), at: 0 });
  };
  const leave = (node: string) => {
    path.pop();
    const above = path.at(-1);
    if (above !== undefined) lower(above.node, lowest.get(node) as number);
    if (lowest.get(node) !== numbers.get(node)) return;
    const group = open.splice(open.lastIndexOf(node));
    for (const one of group) isOpen.delete(one);
    if (group.length > 1 || next(node).includes(node)) found.push(group);
  };
  for (const node of nodes) {
    if (!numbers.has(node)) enter(node);
    for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
      const to = step.next[step.at];
      step.at += 1;
      if (to === undefined) leave(step.node);
      else if (!numbers.has(to)) enter(to);
      else if (isOpen.has(to)) lower(step.node, numbers.get(to) as number);
    }
  }
  return found;
}
