import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { afterAll } from 'vitest';

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** An HTTP server on a free port of this machine, until the tests of the file are over. */
export async function serveHttp(handler: Handler): Promise<string> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => handler(request, response, body));
  });
  return `http://127.0.0.1:${await listen(server)}`;
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** The site that the examples are about: what http://example.com/ would have to be. */
export const exampleSite: Handler = (request, response, body) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://example.com');
  const json = (value: unknown) => response.setHeader('content-type', 'application/json').end(JSON.stringify(value));
  const page = '<html lang="en"><title>Example Domain</title><h1>Example Domain</h1><a href="/echo">More</a></html>';
  switch (pathname) {
    case '/':
      return response.setHeader('content-type', 'text/html').end(page);
    case '/echo':
      return json({ method: request.method, headers: request.headers, body });
    case '/graphql': {
      const { query, variables } = JSON.parse(body) as { query: string; variables: { name?: string } };
      return json({ data: query.includes('greet') ? { greet: `Hi ${variables.name}` } : { hello: 'world' } });
    }
    case '/hook':
      return response.writeHead(204).end();
    case '/robots.txt':
      return response.end('User-agent: *\nSitemap: /sitemap.xml\n');
    case '/sitemap.xml':
      return response.end(
        '<urlset><url><loc>/a?x=1&amp;y=2</loc><lastmod>2024-01-01</lastmod></url><url><loc>/b</loc></url></urlset>',
      );
    case '/searx/search': {
      const title = searchParams.get('q');
      return json({
        results: [1, 2].map((n) => ({
          title: `<b>${title}</b> ${n}`,
          url: `http://example.com/${n}`,
          content: 'text',
        })),
      });
    }
    default:
      return response.writeHead(404).end('nothing here');
  }
};

/** What an SMTP server was told. */
export interface ReceivedMail {
  readonly commands: string[];
  data: string;
}

const REPLIES: Readonly<Record<string, string>> = {
  EHLO: '250 local',
  STARTTLS: '502 no',
  DATA: '354 go on',
  QUIT: '221 bye',
};

/** An SMTP server without TLS that takes everything, until the tests of the file are over. */
export async function serveSmtp(): Promise<{ port: number; mails: ReceivedMail[] }> {
  const mails: ReceivedMail[] = [];
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    const mail: ReceivedMail = { commands: [], data: '' };
    mails.push(mail);
    let [text, inData] = ['', false];
    const say = (line: string) => socket.write(`${line}\r\n`);
    say('220 local ESMTP');
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      text += chunk;
      for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
        const line = text.slice(0, end);
        text = text.slice(end + 2);
        if (inData && line === '.') {
          inData = false;
          say('250 taken');
        } else if (inData) mail.data += `${line}\n`;
        else {
          mail.commands.push(line);
          const verb = line.split(/[ :]/)[0]?.toUpperCase();
          inData = verb === 'DATA';
          say(REPLIES[verb ?? ''] ?? '250 ok');
        }
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, mails };
}

export const POSTGRES = 'PostgreSQL at 127.0.0.1:5432, for postgres';
export const MYSQL = 'MySQL or MariaDB at 127.0.0.1:3306, for root';

/** Which of the two database servers of this machine let in who has no password. */
export async function openDatabases(): Promise<{ postgres: boolean; mysql: boolean }> {
  return {
    postgres: await opens(async () => {
      const client = new pg.Client({ host: '127.0.0.1', user: 'postgres', database: 'postgres', password: () => '' });
      await client.connect();
      await client.end();
    }),
    mysql: await opens(async () => {
      const connection = await mysql.createConnection({ host: '127.0.0.1', user: 'root' });
      await connection.end();
    }),
  };
}

async function opens(open: () => Promise<void>): Promise<boolean> {
  try {
    await open();
    return true;
  } catch {
    // What there is cannot be used: as good as none.
    return false;
  }
}
