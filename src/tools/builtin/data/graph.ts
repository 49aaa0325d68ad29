import { builtin } from '../builtin.js';
import { onThread } from '../on-thread.js';
import { boolean, list, nullable, number, object, oneOf, text, withDefault } from '../schema.js';

const graphs = onThread<typeof import('./graph-work.js')>('data/graph-work.js');

const MOST_EDGES = 10_000;
/** Those of the edges and 10,000 more. */
const MOST_NODES = 30_000;

const name = (description: string) => text(description, { min: 1, max: 200 });

export const graph = builtin({
  name: 'graph',
  description:
    'Answers questions about a graph of nodes and weighted edges: shortest path, order of dependencies, cycles, components, minimum spanning tree, what is reachable.',
  category: 'data',
  tags: ['network', 'shortest path', 'topological sort', 'dependencies', 'cycles', 'dijkstra'],
  security: 'safe',
  limits: { timeout: '10s' },
  input: object(
    {
      operation: oneOf(
        ['shortest-path', 'sort', 'cycles', 'components', 'spanning-tree', 'reachable', 'degrees'],
        'sort: each node after those that have an edge to it.',
      ),
      edges: list(
        object(
          { from: name('A node.'), to: name('A node.') },
          { weight: withDefault(1, number('Its length or cost.', { min: -1e12, max: 1e12 })) },
        ),
        'The edges.',
        { max: MOST_EDGES },
      ),
    },
    {
      nodes: list(name('A node.'), 'Nodes that may have no edge.', { max: 10_000 }),
      directed: withDefault(true, boolean('Whether an edge leads one way only.')),
      from: name('For shortest-path and reachable: where to begin.'),
      to: name('For shortest-path: where to end.'),
    },
  ),
  output: object(
    {},
    {
      path: nullable(list(text('A node.'), 'For shortest-path; null if there is none.', { max: MOST_NODES })),
      length: nullable(number('For shortest-path: the sum of its weights; for spanning-tree likewise.')),
      order: list(text('A node.'), 'For sort and reachable.', { max: MOST_NODES }),
      groups: list(
        list(text('A node.'), 'Nodes that belong together.', { max: MOST_NODES }),
        'For cycles and components.',
        { max: MOST_NODES },
      ),
      edges: list(
        object({ from: text('A node.'), to: text('A node.'), weight: number('Its weight.') }),
        'For spanning-tree.',
        { max: MOST_NODES },
      ),
      degrees: list(
        object({ node: text('A node.'), in: number('Edges to it.'), out: number('Edges from it.') }),
        'For degrees.',
        { max: MOST_NODES },
      ),
    },
  ),
  examples: [
    {
      input: {
        operation: 'shortest-path',
        edges: [
          { from: 'a', to: 'b', weight: 1 },
          { from: 'b', to: 'c', weight: 2 },
          { from: 'a', to: 'c', weight: 5 },
        ],
        from: 'a',
        to: 'c',
      },
      output: { path: ['a', 'b', 'c'], length: 3 },
    },
    {
      description: 'What to build first',
      input: {
        operation: 'sort',
        edges: [
          { from: 'core', to: 'app' },
          { from: 'core', to: 'cli' },
          { from: 'cli', to: 'app' },
        ],
      },
      output: { order: ['core', 'cli', 'app'] },
    },
  ],
  handler: (input, context) => graphs(context, 'answer', input),
});
