import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { KernelOptions } from '#stint/kernel/create-kernel';
import { createMcpRoute } from '#stint/mcp/http';
import { ToolNames } from '#stint/mcp/tool-names';
import { defineTool } from '#stint/tools/define-tool';
import { Home } from '../daemon/helpers.js';
import { Gate, makeKernel, makeTools } from '../kernel/helpers.js';
import { ended } from '../processes.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.cjs', import.meta.url));
type Content = { type: string; text?: string }[];

/** A kernel that serves MCP over HTTP, and what connects clients to it. */
async function serveHttp(options: KernelOptions = {}, gate = new Gate()) {
  const dotted = defineTool({
    name: 'json.query',
    description: 'dotted',
    category: 'test',
    security: 'safe',
    input: {},
    handler: () => 'dots',
  });
  const kernel = await makeKernel({ tools: [...makeTools(gate), dotted], ...options }, gate);
  const route = await createMcpRoute(kernel);
  onTestFinished(() => route.close());
  const listener = await kernel.listen({ http: '127.0.0.1:0', routes: { '/mcp': route.handle } });
  const url = new URL('/mcp', listener.address);
  const headers = { authorization: `Bearer ${listener.connection.token}` };
  const connect = async (): Promise<Client> => {
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }) as never);
    onTestFinished(() => client.close());
    return client;
  };
  return { kernel, url, headers, connect };
}

describe('MCP over HTTP', () => {
  it('has the tools that the policy permits, and calls them', async () => {
    const { connect } = await serveHttp();
    const client = await connect();
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name).sort()).toEqual(
      ['add', 'big', 'count', 'echo', 'json_query', 'session_close', 'session_run', 'wait'].sort(),
    );
    expect(tools.find(({ name }) => name === 'add')?.inputSchema).toMatchObject({
      type: 'object',
      required: ['a', 'b'],
    });
    expect(await client.callTool({ name: 'add', arguments: { a: 1, b: 2 } })).toMatchObject({
      content: [{ type: 'text', text: '3' }],
    });
    expect(await client.callTool({ name: 'json_query' })).toMatchObject({ content: [{ text: 'dots' }] });
    expect(await client.callTool({ name: 'echo', arguments: { n: 1 } })).toMatchObject({ structuredContent: { n: 1 } });
    const streamed = await client.callTool({ name: 'count', arguments: { to: 2 } });
    expect((streamed.content as Content).map(({ text }) => text)).toEqual(['0', '1', 'counted']);
  });

  it('gives failures to the model, and what is not there to the client', async () => {
    const { connect } = await serveHttp();
    const client = await connect();
    expect(await client.callTool({ name: 'add', arguments: { a: 'x' } })).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/^TOOL_INPUT: /) }],
    });
    expect(await client.callTool({ name: 'danger' })).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/^PERMISSION_DENIED: .*policy.security/) }],
    });
    await expect(client.callTool({ name: 'nothing' })).rejects.toMatchObject({ code: -32602 });
    await expect(client.getPrompt({ name: 'nothing' })).rejects.toMatchObject({ code: -32602 });
    await expect(client.readResource({ uri: 'stint://sessions/x/y' })).rejects.toMatchObject({ code: -32002 });
  });

  it('tells progress and logs on the way of the call, and cancels it', async () => {
    const gate = new Gate();
    const { connect } = await serveHttp({}, gate);
    const client = await connect();
    const logged: unknown[] = [];
    client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void logged.push(params));
    await client.setLoggingLevel('info');
    const progress: unknown[] = [];
    await client.callTool({ name: 'count', arguments: { to: 2 } }, undefined, {
      onprogress: (told) => progress.push(told),
    });
    expect(progress).toEqual([
      { progress: 0, total: 2, message: 'at 0' },
      { progress: 1, total: 2, message: 'at 1' },
    ]);
    expect(logged).toMatchObject([{ level: 'info', logger: 'count', data: 'at 0' }, { data: 'at 1' }]);
    const stop = new AbortController();
    const call = client.callTool({ name: 'wait' }, undefined, { signal: stop.signal });
    await gate.reached(1);
    const ended = new Promise<void>((resolve) => {
      const look = (): void => (gate.cancelled.length > 0 ? resolve() : void setImmediate(look));
      look();
    });
    stop.abort('enough');
    await expect(call).rejects.toThrow();
    await ended;
  });

  it('cancels a call whose stream is lost, and ends the stream of one that is cancelled from another', async () => {
    const gate = new Gate();
    const { kernel, url, headers, connect } = await serveHttp({}, gate);
    const session = ((await connect()).transport as StreamableHTTPClientTransport).sessionId as string;
    const post = (message: object, signal?: AbortSignal) =>
      fetch(url, {
        method: 'POST',
        body: JSON.stringify(message),
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'mcp-session-id': session,
          ...headers,
        },
        ...(signal === undefined ? {} : { signal }),
      });
    const call = (id: string, name = 'wait') => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name } });
    const cancel = (requestId: string) =>
      post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId, reason: 'enough' } });
    const lost = new AbortController();
    const first = await post(call('first'), lost.signal);
    const second = await post(call('second'));
    const third = await post(call('third'));
    await gate.reached(3);
    const audited = new Promise<void>((resolve) => kernel.tools.on('call', () => resolve()));
    lost.abort();
    await expect(first.text()).rejects.toThrow();
    await audited;
    expect(gate.cancelled).toHaveLength(1);
    await cancel('second');
    expect(await second.text()).not.toContain('"id":"second"');
    expect(gate.cancelled).toHaveLength(2);
    gate.waiting[2]?.();
    expect(await third.text()).toContain('let go');
    const two = await post([call('fourth'), call('fifth'), call('sixth', 'echo')]);
    await gate.reached(5);
    await cancel('fourth');
    gate.waiting[4]?.();
    expect((await two.text()).match(/"id":"\w+"/g)?.sort()).toEqual(['"id":"fifth"', '"id":"sixth"']);
  });

  it('tells a client of parameters that are wrong', async () => {
    const { connect } = await serveHttp();
    const client = await connect();
    for (const list of [
      client.listTools({ cursor: 'bogus' }),
      client.listPrompts({ cursor: 'bogus' }),
      client.listResources({ cursor: 'bogus' }),
      client.listResourceTemplates({ cursor: 'bogus' }),
    ])
      await expect(list).rejects.toMatchObject({ code: -32602, message: expect.stringContaining('cursor') });
    await expect(client.setLoggingLevel('loud' as never)).rejects.toMatchObject({
      code: -32602,
      message: expect.stringContaining('params.level'),
    });
    await expect(client.readResource({ uri: 7 as never })).rejects.toMatchObject({ code: -32602 });
    await expect(client.callTool({ name: 7 as never })).rejects.toMatchObject({ code: -32602 });
    await client.setLoggingLevel('info');
  });

  it('keeps variables in sessions, and their artifacts as resources, for their own client alone', async () => {
    const { kernel, connect } = await serveHttp();
    const [client, stranger] = [await connect(), await connect()];
    const run = (code: string, session?: string, language?: string) =>
      client.callTool({
        name: 'session_run',
        arguments: { code, ...(session && { session }), ...(language && { language }) },
      });
    const first = (await run('let x = 41; console.log("hi")')).content as Content;
    expect(first[0]?.text).toBe('hi\n');
    const session = /session: ([0-9a-f]{32})/.exec(first.at(-1)?.text ?? '')?.[1] as string;
    expect(((await run('x + await tool.call("add", { a: 0, b: 1 })', session)).content as Content)[0]?.text).toBe('42');
    const updated = new Promise<string>((resolve) => {
      client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => resolve(params.uri));
    });
    await run('await artifact.save("a b.txt", "one")', session);
    const { resources } = await client.listResources();
    expect(resources).toMatchObject([
      { uri: `stint://sessions/${session}/a%20b.txt`, name: 'a b.txt', mimeType: 'text/plain', size: 3 },
    ]);
    const { uri } = resources[0] as { uri: string };
    expect((await client.readResource({ uri })).contents).toMatchObject([{ uri, text: 'one' }]);
    await client.subscribeResource({ uri });
    await run('await artifact.save("a b.txt", "two")', session);
    expect(await updated).toBe(uri);
    expect((await client.listResourceTemplates()).resourceTemplates[0]?.uriTemplate).toBe(
      'stint://sessions/{session}/{artifact}',
    );

    expect((await stranger.listResources()).resources).toEqual([]);
    await expect(stranger.readResource({ uri })).rejects.toMatchObject({ code: -32002 });
    expect(await stranger.callTool({ name: 'session_run', arguments: { code: 'x', session } })).toMatchObject({
      isError: true,
    });
    const endless = { code: 'for (;;);', session, timeout: 50 };
    expect(await client.callTool({ name: 'session_run', arguments: endless })).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/^TIMEOUT: /) }, { text: `session: ${session}` }],
    });
    expect(kernel.stats().sessions).toBe(1);
    await client.callTool({ name: 'session_close', arguments: { session } });
    expect(kernel.stats().sessions).toBe(0);
  });

  it('closes the sessions of a client that ends its own', async () => {
    const { kernel, connect } = await serveHttp();
    const client = await connect();
    await client.callTool({ name: 'session_run', arguments: { code: 'return 1', language: 'lua' } });
    expect(kernel.stats()).toMatchObject({ sessions: 1, clients: 1 });
    await (client.transport as StreamableHTTPClientTransport).terminateSession();
    expect(kernel.stats()).toMatchObject({ sessions: 0, clients: 0 });
  });

  it('has a prompt for each tool, made of its examples, and completes arguments', async () => {
    const { connect } = await serveHttp();
    const client = await connect();
    expect((await client.listPrompts()).prompts.find(({ name }) => name === 'add')).toMatchObject({
      arguments: [{ name: 'a' }, { name: 'b' }],
    });
    const { messages } = await client.getPrompt({ name: 'add' });
    expect(messages[0]?.content).toMatchObject({
      text: 'Use the tool add: adds two numbers\nsmall: {"a":1,"b":2} gives 3',
    });
    const { completion } = await client.complete({
      ref: { type: 'ref/prompt', name: 'add' },
      argument: { name: 'b', value: '' },
    });
    expect(completion.values).toEqual(['2']);
  });

  it('tells of code that failed what it wrote, and in which session', async () => {
    const { connect } = await serveHttp();
    const client = await connect();
    const run = async (args: Record<string, unknown>) => {
      const { content, isError } = await client.callTool({ name: 'session_run', arguments: args });
      return { texts: (content as { text: string }[]).map(({ text }) => text), isError };
    };
    const first = await run({ code: 'let kept = 42; console.log("seen"); null.x' });
    expect(first).toMatchObject({
      isError: true,
      texts: ['seen\n', expect.stringMatching(/^SCRIPT_ERROR: /), expect.any(String)],
    });
    const session = first.texts.at(-1)?.replace('session: ', '');
    expect((await run({ session, code: 'kept' })).texts[0]).toBe('42');
    expect(await run({ sesion: session, code: 'kept' })).toEqual({
      isError: true,
      texts: ['TOOL_INPUT: sesion must be left out: known are code, language, session, timeout'],
    });
  });

  it('refuses those without the token, from other pages, without a session, and with what is no message', async () => {
    const { url, headers, kernel } = await serveHttp();
    const initialize = {
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } },
    };
    const post = (body: string, more: Record<string, string> = headers) =>
      fetch(url, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...more },
      });
    expect((await post(JSON.stringify(initialize), {})).status).toBe(401);
    expect((await post(JSON.stringify(initialize), { ...headers, origin: 'https://evil.example.com' })).status).toBe(
      403,
    );
    expect((await post('{"jsonrpc":"2.0","id":1,"method":"tools/list"}')).status).toBe(400);
    expect(
      (await post('{"jsonrpc":"2.0","id":1,"method":"tools/list"}', { ...headers, 'mcp-session-id': 'nothing' }))
        .status,
    ).toBe(404);
    expect((await post('{bad')).status).toBe(400);
    const tooLong = await post(`"${'x'.repeat(5 * 1024 ** 2)}"`);
    expect([tooLong.status, tooLong.headers.get('connection')]).toEqual([413, 'close']);
    expect(kernel.stats().clients).toBe(0);
  });
});

describe('stint mcp', () => {
  function makeHome() {
    const folder = mkdtempSync(join(tmpdir(), 'stint-mcp-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    mkdirSync(join(folder, 'tools'));
    writeFileSync(
      join(folder, 'tools', 'twice.lua'),
      '--[[ tool\nname: twice\ndescription: doubles\ncategory: math\n]]\nlocal input = ...\nreturn input.n * 2\n',
    );
    writeFileSync(join(folder, 'config.json'), '{"tools":["./tools"]}');
    return { folder, config: join(folder, 'config.json') };
  }

  it('speaks MCP over standard input and output, and ends with them', async () => {
    const { folder, config } = makeHome();
    const env = { PATH: process.env['PATH'] ?? '', HOME: folder, XDG_RUNTIME_DIR: folder };
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [MAIN, 'mcp', '--config', config],
      env,
    });
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(transport as never);
    const pid = transport.pid as number;
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('twice');
    expect(await client.callTool({ name: 'twice', arguments: { n: 21 } })).toMatchObject({ content: [{ text: '42' }] });
    expect(
      await client.callTool({ name: 'session_run', arguments: { code: '6 * 7', language: 'typescript' } }),
    ).toMatchObject({ content: [{ text: '42' }, {}] });
    await client.close();
    await ended(pid);
  });

  it('answers what was asked before its input ended', async () => {
    const home = new Home();
    const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } };
    const script = { name: 'session_run', arguments: { language: 'lua', code: 'sleep(300) return "whole"' } };
    const lines = [
      { id: 1, method: 'initialize', params },
      { method: 'notifications/initialized' },
      { id: 2, method: 'tools/call', params: script },
    ].map((message) => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    const { stdout, status } = await home.stint(['mcp', '--no-daemon'], lines.join(''));
    expect(JSON.parse(stdout.trim().split('\n').at(-1) as string)).toMatchObject({
      id: 2,
      result: { content: [{ text: 'whole' }, {}] },
    });
    expect(status).toBe(0);
  });

  it('ends with status 3 when the daemon that it goes through does', async () => {
    const home = new Home();
    const daemon = await home.start();
    const child = home.spawn(['mcp']);
    const exited = Promise.all([text(child.stderr as never), once(child, 'close')]);
    const answered = once(child.stdout as never, 'data');
    const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } };
    child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })}\n`);
    expect(String((await answered)[0])).toContain('serverInfo');
    await home.stint(['stop']);
    const [stderr, [status]] = await exited;
    expect(stderr).toContain(`stint: the daemon, process ${daemon}, is gone; start stint mcp again\n`);
    expect(status).toBe(3);
  });
});

it('names of tools are told apart when what clients cannot take is replaced', () => {
  const names = new ToolNames(['a.b', 'a_b', 'a-b', 'session.run', 'x'.repeat(70)], ['session_run']);
  expect(['a.b', 'a_b', 'a-b', 'session.run'].map((name) => names.shown(name))).toEqual([
    'a_b',
    'a_b_2',
    'a-b',
    'session_run_2',
  ]);
  for (const name of ['a.b', 'a_b', 'a-b', 'session.run', 'x'.repeat(70)])
    expect(names.real(names.shown(name))).toBe(name);
  expect(names.shown('x'.repeat(70)).length).toBeLessThanOrEqual(64);
});
