import { JSONPathEnvironment, type JSONValue } from 'json-p3';
import { reading, wrongInput } from '../refusal.js';

interface Question {
  readonly query: string;
  readonly data?: unknown;
  readonly text?: string;
  readonly limit: number;
}

const environment = new JSONPathEnvironment({ strict: true });

export function select({ query, data, text, limit }: Question) {
  if ((data === undefined) === (text === undefined)) throw wrongInput('data', 'give data or text, one of them');
  const value = (text === undefined ? data : reading('text', () => JSON.parse(text))) as JSONValue;
  const { nodes } = reading('query', () => environment.query(query, value));
  const matches = nodes
    .slice(0, limit)
    .map((node) => ({ path: node.getPath({ form: 'canonical' }), value: node.value }));
  return { matches, count: nodes.length, truncated: nodes.length > limit };
}
