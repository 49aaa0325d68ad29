import { defineTool } from '#stint/tools/define-tool';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==',
  'base64',
);
const WAV = Buffer.from('UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=', 'base64');
const common = {
  description: 'for the conformance suite',
  category: 'test',
  security: 'safe',
  input: { type: 'object' },
} as const;

/** The tools that the conformance suite calls by name. */
export const conformanceTools = [
  defineTool({ ...common, name: 'test_simple_text', handler: () => 'This is a simple text response for testing.' }),
  defineTool({ ...common, name: 'test_image_content', handler: () => ({ type: 'image/png', data: PNG }) }),
  defineTool({ ...common, name: 'test_audio_content', handler: () => ({ type: 'audio/wav', data: WAV }) }),
  defineTool({
    ...common,
    name: 'test_embedded_resource',
    handler: () => ({
      type: 'text/plain',
      uri: 'test://embedded-resource',
      data: 'This is an embedded resource content.',
    }),
  }),
  defineTool({
    ...common,
    name: 'test_multiple_content_types',
    *handler() {
      yield 'Multiple content types test:';
      yield { type: 'image/png', data: PNG };
      return { type: 'application/json', uri: 'test://mixed-content-resource', data: '{"test":"data","value":123}' };
    },
  }),
  defineTool({
    ...common,
    name: 'test_tool_with_logging',
    handler(_input, { progress }) {
      progress(0, 2, 'Tool execution started');
      progress(1, 2, 'Tool processing data');
      progress(2, 2, 'Tool execution completed');
      return 'done';
    },
  }),
  defineTool({
    ...common,
    name: 'test_error_handling',
    handler() {
      throw new Error('This tool intentionally returns an error for testing');
    },
  }),
  defineTool({
    ...common,
    name: 'test_tool_with_progress',
    handler(_input, { progress }) {
      for (const done of [0, 50, 100]) progress(done, 100);
      return 'done';
    },
  }),
  defineTool({
    ...common,
    name: 'json_schema_2020_12_tool',
    input: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      $defs: { address: { type: 'object', properties: { street: { type: 'string' }, city: { type: 'string' } } } },
      properties: { name: { type: 'string' }, address: { $ref: '#/$defs/address' } },
      additionalProperties: false,
    },
    handler: (input) => input,
  }),
  defineTool({ ...common, name: 'test_simple_prompt', handler: () => 'done' }),
  defineTool({
    ...common,
    name: 'test_prompt_with_arguments',
    input: {
      type: 'object',
      properties: { arg1: { type: 'string' }, arg2: { type: 'string' } },
      required: ['arg1', 'arg2'],
    },
    examples: [{ input: { arg1: 'test', arg2: 'x' }, output: 'done' }],
    handler: () => 'done',
  }),
];
