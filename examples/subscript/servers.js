import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

const PAGE_BYTES = 400_000;

export const sha256 = (content) => createHash('sha256').update(content).digest('hex');

/** A page, and an update server one of whose files is damaged on its way. */
export async function startServer() {
  const page = randomBytes(PAGE_BYTES / 2).toString('hex');
  const files = {
    'data/names.txt': 'Ada\nGrace\n',
    'data/skills.txt': 'new skills\n',
    'bin/tool.bin': randomBytes(5000),
  };
  const manifest = Object.entries(files).map(([path, content]) => `${sha256(content)}  ${path}\n`);
  const answers = {
    '/page.html': page,
    '/manifest.txt': manifest.join(''),
    '/files/data/names.txt': files['data/names.txt'],
    '/files/data/skills.txt': files['data/skills.txt'],
    '/files/bin/tool.bin': files['bin/tool.bin'].subarray(1),
  };
  const server = createServer((request, response) => {
    const body = answers[request.url];
    response.statusCode = body === undefined ? 404 : 200;
    response.setHeader('Content-Length', Buffer.byteLength(body ?? ''));
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: server.address().port, page, files, close: () => server.close() };
}
