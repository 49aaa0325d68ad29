import { alg, Graph } from '@dagrejs/graphlib';
import { reading, wrongInput } from '../refusal.js';
import { components, cycles, ordered, reachable } from './graph-walks.js';

interface WeightedEdge {
  readonly from: string;
  readonly to: string;
  readonly weight: number;
}

interface Question {
  readonly operation: 'shortest-path' | 'sort' | 'cycles' | 'components' | 'spanning-tree' | 'reachable' | 'degrees';
  readonly edges: readonly WeightedEdge[];
  readonly nodes?: readonly string[];
  readonly directed: boolean;
  readonly from?: string;
  readonly to?: string;
}

/** Nodes by number: the library keeps them as names of properties, where `__proto__` would not be one more. */
class Numbered {
  readonly names: string[] = [];
  readonly #numbers = new Map<string, string>();

  add(name: string): string {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const number = `${this.names.push(name) - 1}`;
    this.#numbers.set(name, number);
    return number;
  }

  find(name: string | undefined, path: string): string {
    const number = name === undefined ? undefined : this.#numbers.get(name);
    if (number === undefined)
      throw wrongInput(path, name === undefined ? 'this operation needs a node here' : `there is no node '${name}'`);
    return number;
  }

  name(number: string): string {
    return this.names[Number(number)] as string;
  }
}

export function answer(question: Question) {
  const nodes = new Numbered();
  const graph = build(question, nodes);
  const weight = (edge: { v: string; w: string }): number => graph.edge(edge) as number;
  const named = (numbers: readonly string[]): string[] => numbers.map((number) => nodes.name(number));
  const after = (node: string): string[] => (question.directed ? graph.successors(node) : graph.neighbors(node)) ?? [];
  switch (question.operation) {
    case 'shortest-path':
      return shortest(question, graph, nodes, weight);
    case 'sort':
      return { order: named(sorted(graph, after, named)) };
    case 'cycles':
      if (!question.directed) throw wrongInput('directed', 'cycles are looked for in directed graphs');
      return { groups: cycles(graph.nodes(), after).map(named) };
    case 'components':
      return { groups: partsOf(graph).map(named) };
    case 'reachable':
      return { order: named(reachable(nodes.find(question.from, 'from'), after)) };
    case 'spanning-tree': {
      const edges = spanningTree(graph, weight, nodes);
      return { edges, length: edges.reduce((sum, edge) => sum + edge.weight, 0) };
    }
    case 'degrees':
      return {
        degrees: graph.nodes().map((number) => {
          const [incoming, outgoing] = [graph.inEdges(number) ?? [], graph.outEdges(number) ?? []];
          return { node: nodes.name(number), in: incoming.length, out: outgoing.length };
        }),
      };
  }
}

function build({ edges, nodes = [], directed }: Question, numbers: Numbered): Graph {
  const graph = new Graph({ directed });
  for (const node of nodes) graph.setNode(numbers.add(node));
  for (const { from, to, weight } of edges) {
    const [v, w] = [numbers.add(from), numbers.add(to)];
    const known = graph.edge(v, w) as number | undefined;
    // Of two edges between the same nodes the shorter one counts.
    graph.setEdge(v, w, known === undefined ? weight : Math.min(known, weight));
  }
  return graph;
}

function shortest(
  question: Question,
  graph: Graph,
  nodes: Numbered,
  weight: (edge: { v: string; w: string }) => number,
) {
  const [from, to] = [nodes.find(question.from, 'from'), nodes.find(question.to, 'to')];
  const edgesOf = (node: string) => (question.directed ? graph.outEdges(node) : graph.nodeEdges(node)) ?? [];
  const negative = question.edges.some((edge) => edge.weight < 0);
  const found = negative
    ? reading('edges', () => alg.bellmanFord(graph, from, weight, edgesOf))
    : alg.dijkstra(graph, from, weight, edgesOf);
  const length = found[to]?.distance ?? Number.POSITIVE_INFINITY;
  if (!Number.isFinite(length)) return { path: null, length: null };
  const path = [to];
  for (let at = to; at !== from; path.unshift(at)) at = found[at]?.predecessor as string;
  return { path: path.map((number) => nodes.name(number)), length };
}

function sorted(
  graph: Graph,
  after: (node: string) => string[],
  named: (numbers: readonly string[]) => string[],
): string[] {
  if (!graph.isDirected()) throw wrongInput('directed', 'only a directed graph has an order');
  const order = ordered(graph.nodes(), after);
  if (order.length === graph.nodeCount()) return order;
  const [cycle = []] = cycles(graph.nodes(), after);
  throw wrongInput('edges', `there is no order: ${named(cycle).slice(0, 10).join(', ')} need each other`);
}

function partsOf(graph: Graph): string[][] {
  return components(graph.nodes(), (node) => graph.neighbors(node) ?? []);
}

function spanningTree(
  graph: Graph,
  weight: (edge: { v: string; w: string }) => number,
  nodes: Numbered,
): WeightedEdge[] {
  if (graph.isDirected())
    throw wrongInput('directed', 'a spanning tree is one of an undirected graph; set it to false');
  if (partsOf(graph).length > 1) throw wrongInput('edges', 'the graph is in several parts; ask for components');
  if (graph.nodeCount() === 0) return [];
  const edges = alg.prim(graph, weight).edges();
  return edges.map(({ v, w }) => ({ from: nodes.name(v), to: nodes.name(w), weight: weight({ v, w }) }));
}
