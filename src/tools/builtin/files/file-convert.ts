import { builtin } from '../builtin.js';
import { formatOf, SOURCES, type SourceFormat, TARGETS, type TargetFormat } from '../data/formats.js';
import { utf8Of } from '../encoding/bytes.js';
import { onThread } from '../on-thread.js';
import { failed, wrongInput } from '../refusal.js';
import { boolean, object, oneOf, withDefault } from '../schema.js';
import { filePath, size } from './file-schema.js';

const converter = onThread<typeof import('../data/convert-work.js')>('data/convert-work.js');

export const fileConvert = builtin({
  name: 'file.convert',
  description:
    'Converts a file of JSON, NDJSON, YAML, TOML, CSV, XML, Markdown or HTML to another of these formats, or to text.',
  category: 'files',
  tags: ['convert', 'json', 'yaml', 'csv', 'markdown', 'format'],
  security: 'privileged',
  permissions: ['read', 'write'],
  limits: { timeout: '15s' },
  input: object(
    { path: filePath('The file.'), destination: filePath('The new file.') },
    {
      from: oneOf(SOURCES, 'What it is. Default: as its name says.'),
      to: oneOf(TARGETS, 'What to make. Default: as the name of destination says.'),
      replace: withDefault(false, boolean('Whether a file that is there already goes.')),
    },
  ),
  output: object({
    from: oneOf(SOURCES, 'What it was.'),
    to: oneOf(TARGETS, 'What it is.'),
    bytes: size('Bytes that were written.'),
  }),
  examples: [
    {
      input: { path: 'example.json', destination: 'made.yaml', replace: true },
      output: { from: 'json', to: 'yaml', bytes: 12 },
    },
    {
      input: { path: 'folder/note.md', destination: 'made.html', replace: true },
      check: (output) => (output as { to: string }).to === 'html',
    },
  ],
  async handler({ path, destination, replace, ...formats }, context) {
    const { files } = context;
    const from = formats.from ?? known(SOURCES, path, 'from');
    const to = formats.to ?? known(TARGETS, destination, 'to');
    if (!replace && (await files.stat(destination, 'write')) !== undefined)
      throw failed(`there is '${destination}' already; set replace to have it go`);
    const text = utf8Of(await files.read(path));
    if (text === undefined) throw wrongInput('path', `'${path}' is no UTF-8 text`);
    const bytes = Buffer.from((await converter(context, 'convertText', { text, from, to })).text);
    await files.write(destination, bytes, { replace });
    return { from, to, bytes: bytes.length };
  },
});

function known<F extends SourceFormat | TargetFormat>(formats: readonly F[], path: string, name: string): F {
  const format = formatOf(path);
  if (formats.includes(format as F)) return format as F;
  throw wrongInput(name, `the name '${path}' does not say a format that fits; give one of ${formats.join(', ')}`);
}
