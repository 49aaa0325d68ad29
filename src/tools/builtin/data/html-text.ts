import { type ChildNode, isTag, isText } from 'domhandler';

const SILENT = new Set(['script', 'style', 'noscript', 'template', 'head', 'svg', 'iframe', 'object']);
const BLOCKS = new Set(
  'address article aside blockquote dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tr ul'.split(
    ' ',
  ),
);

/** What a reader sees of HTML: its text, with a line for each block. */
export function htmlText(nodes: readonly ChildNode[]): string {
  const lines: string[] = [''];
  const visit = (node: ChildNode, verbatim: boolean): void => {
    if (isText(node)) {
      const text = verbatim ? node.data : node.data.replace(/\s+/g, ' ');
      lines.push(`${lines.pop()}${text}`);
    } else if (isTag(node) && !SILENT.has(node.name)) {
      const block = BLOCKS.has(node.name);
      if (block || node.name === 'br') lines.push('');
      if (node.name === 'li') lines.push(`${lines.pop()}- `);
      for (const child of node.children) visit(child, verbatim || node.name === 'pre');
      if (node.name === 'td' || node.name === 'th') lines.push(`${lines.pop()}\t`);
      if (block) lines.push('');
    }
  };
  for (const node of nodes) visit(node, false);
  return lines
    .map((line) => line.replace(/[ \t]+$/, '').replace(/^ +/, ''))
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
