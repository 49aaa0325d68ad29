import type { ToolInfo } from '../tools/tool-info.js';

/** A prompt for each tool: what it is for, how it is called, and its examples. */
export function promptOf(name: string, { description, input }: ToolInfo) {
  return {
    name,
    title: `Use ${name}`,
    description,
    arguments: inputsOf(input).map(({ name: argument, description: about }) => ({
      name: argument,
      ...(about === undefined ? {} : { description: about }),
      required: false,
    })),
  };
}

/** The text of a prompt: with arguments, what to call the tool with; without, its examples. */
export function promptText(
  name: string,
  { description, examples }: ToolInfo,
  given: Readonly<Record<string, string>>,
): string {
  const lines = [`Use the tool ${name}: ${description}`];
  const asked = Object.entries(given);
  if (asked.length > 0) {
    lines.push('Call it with:', ...asked.map(([key, value]) => `- ${key}: ${value}`));
  } else {
    for (const { description: about = 'For example', input, output } of examples) {
      const gives = output === undefined ? '' : ` gives ${JSON.stringify(output)}`;
      lines.push(`${about}: ${JSON.stringify(input)}${gives}`);
    }
  }
  return lines.join('\n');
}

/** Values for an argument, as the examples and the schema have them, that begin with what was typed. */
export function completions({ input, examples }: ToolInfo, argument: string, typed: string): string[] {
  const { enum: choices = [] } = inputsOf(input).find(({ name }) => name === argument) ?? {};
  const used = examples.map((example) => (example.input as Record<string, unknown> | null)?.[argument]);
  const values = [...choices, ...used]
    .filter((value) => ['string', 'number', 'boolean'].includes(typeof value))
    .map(String);
  return [...new Set(values)].filter((value) => value.startsWith(typed)).slice(0, MOST_COMPLETIONS);
}

/** What the specification allows. */
const MOST_COMPLETIONS = 100;

interface Input {
  readonly name: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
}

function inputsOf(schema: Readonly<Record<string, unknown>>): Input[] {
  const properties = (schema['properties'] ?? {}) as Record<
    string,
    { description?: unknown; enum?: unknown } | boolean
  >;
  return Object.entries(properties).map(([name, property]) => {
    const { description, enum: choices } = typeof property === 'object' ? property : {};
    return {
      name,
      ...(typeof description === 'string' ? { description } : {}),
      ...(Array.isArray(choices) ? { enum: choices } : {}),
    };
  });
}
