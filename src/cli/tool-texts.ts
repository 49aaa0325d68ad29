import { inspect } from 'node:util';
import type { ToolTest } from '../tools/test-tool.js';
import type { ToolInfo, ToolSummary } from '../tools/tool-info.js';

/** One line for each tool: its name, its level if it is not safe, what it does. */
export function listText(tools: readonly ToolSummary[]): string {
  const width = Math.max(0, ...tools.map(({ name }) => name.length));
  return tools
    .map(({ name, security, description }) => {
      const level = security === 'safe' ? '' : `[${security}] `;
      return `${name.padEnd(width)}  ${level}${firstSentence(description)}\n`;
    })
    .join('');
}

/** All that is known of a tool. */
export function infoText(info: ToolInfo): string {
  const { name, description, category, tags, security, permissions, limits, input, output, examples } = info;
  const lines = [
    `${name}: ${description}`,
    '',
    `category     ${category}`,
    `tags         ${tags.join(', ') || 'none'}`,
    `security     ${security}`,
    `permissions  ${permissions.join(', ') || 'none'}`,
    `limits       ${limits.timeout} ms, ${limits.memory} bytes of memory, ${limits.input} bytes of input, ${limits.output} bytes of output`,
    '',
    `input        ${show(input)}`,
    ...(output === undefined ? [] : [`output       ${show(output)}`]),
  ];
  for (const example of examples) {
    const result = 'output' in example ? ` -> ${show(example.output)}` : '';
    lines.push('', `example      ${example.description ?? ''}`.trimEnd(), `  ${show(example.input)}${result}`);
  }
  return `${lines.join('\n')}\n`;
}

/** What came of a tool's examples. */
export function testText({ tool, passed, examples }: ToolTest): string {
  if (examples.length === 0) return `failed  ${tool}: it has no examples, so there was nothing to test\n`;
  const title = `${passed ? 'passed' : 'failed'}  ${tool}: ${examples.filter((one) => one.passed).length} of ${examples.length}\n`;
  const failures = examples.filter((one) => !one.passed);
  return title + failures.map(({ description, error }) => `  ${description}: ${error?.message ?? 'failed'}\n`).join('');
}

function firstSentence(text: string): string {
  return /^.*?[.!?](?=\s|$)/s.exec(text)?.[0].replaceAll(/\s+/g, ' ') ?? text;
}

function show(value: unknown): string {
  return inspect(value, { depth: 10, breakLength: 120, compact: 4 }).replaceAll('\n', '\n             ');
}
