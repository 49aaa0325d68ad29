// Writes docs/builtin-tools.md from the descriptions of the built-in tools. Run it after a change of one: npm run build && node scripts/write-tools-page.js
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { builtinTools } from '../dist/tools/builtin/index.js';

const INTRODUCTION = `# Built-in tools

stint comes with TOOL_COUNT tools. A program calls them through a registry, a script as \`tool.name{...}\`, a shell with \`stint tool call\`; always under
the [policy](policy.md) of the caller.

\`\`\`ts
import { builtinTools, ToolRegistry } from 'stint/tools';

const tools = new ToolRegistry({ tools: builtinTools() });
const { result } = await tools.call<{ result: number }>('calculator', { expression: '2 * (3 + 4)' });
const { rows } = await tools.call<{ rows: unknown[] }>(
  'sql.query',
  { path: 'data/shop.db', sql: 'select name from item where price < ?', parameters: [10] },
  { policy: { security: 'restricted', files: { read: ['data'] } } },
);
\`\`\`

**Levels.** \`safe\`: it computes, and reaches nothing. \`restricted\`: it reads files, hosts or the environment, as far as the policy lets it. \`privileged\`: it writes, or
starts programs. A registry without a policy permits \`safe\` tools only. The doors are what a policy has to open: \`read\` and \`write\` (\`policy.files\`), \`net\` (\`policy.net\`),
\`execute\` (\`policy.commands\`), \`environment\` (\`policy.environment\`).

**Hostile input.** Patterns, templates, queries, schemas, texts, pages, PDF and media files are worked on in a thread of the runtime: one that would take for ever ends with its call, and
the caller's thread stays free. Archives that lead out of their directory, hold links, or unpack to more than they may are
refused before anything is written. Images of more than 50 million pixels are not unpacked.

**Packages.** What a tool works with is loaded by its first call. Packages of single tools are optional dependencies: without one the tool ends with
\`DEPENDENCY_MISSING\` and its name, and the others work. \`npm install --omit=optional\` leaves them all out: 14 MB in place of 69.

**Values stay what they are, or are refused.** \`convert\` and \`file.convert\` end with \`TOOL_INPUT\` for XML that is not well-formed or declares entities of its own, for integers beyond
2^53, for infinity where the target has none, and for null in a list of TOML (a key of a TOML table whose value is null is left out). \`csv.parse\` leaves out empty lines, but takes them for
values where there is one column only. In the headers of \`http.request\` several \`set-cookie\` are a list.

**What they do not do.** \`audio.info\` and \`video.info\` read what a file says of itself, of files up to 256 MB; to convert, cut or take pictures out of audio and video, ffmpeg is needed,
which \`process.run\` can run where the policy names it. \`sql.query\` and \`sql.execute\` work on a copy of an SQLite file in memory, and \`sql.execute\` writes it back whole: not for files that
another program has open. \`page.scrape\` does not run a page's scripts. \`image.*\` read JPEG, PNG, WebP, AVIF, GIF and TIFF, no SVG. \`file.watch\` works on Linux only.
\`web.search\` needs a key of Brave, Tavily or Serper in the environment, or a SearXNG server.

An input with \`?\` can be left out. \`stint tool info NAME\` prints the whole schemas and the examples of a tool, \`stint tool test NAME\` runs them. (The examples of tools for files and hosts name
\`example.txt\` and \`http://example.com\`: they are for tests, which bring these along.)
`;

/** The page, as it has to be. */
export function toolsPage() {
  const tools = builtinTools();
  const categories = [...new Set(tools.map(({ category }) => category))].sort();
  const sections = categories.map((category) => {
    const rows = tools.filter((tool) => tool.category === category).map(row);
    return `\n## ${category}\n\n| tool | what it does | input | level | doors |\n|---|---|---|---|---|\n${rows.join('')}`;
  });
  return INTRODUCTION.replace('TOOL_COUNT', String(tools.length)) + sections.join('');
}

function row({ name, description, input, security, permissions }) {
  const names = Object.keys(input.properties).map((key) => `\`${key}${input.required.includes(key) ? '' : '?'}\``);
  const cells = [`\`${name}\``, description.replaceAll('|', '\\|'), names.join(' '), security, permissions.join(' ')];
  return `| ${cells.join(' | ')} |\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL('../docs/builtin-tools.md', import.meta.url), toolsPage());
}
