/**
 * A kernel as a server of the Model Context Protocol, version 2025-11-25 and those before it that the SDK speaks:
 * https://modelcontextprotocol.io/specification. One for each connection.
 *
 * 1. What a connection began ends with it: calls are cancelled, sessions closed.
 * 2. A tool that fails is a result with `isError`, which the model sees; a call of what is not there is an error of the protocol.
 */
import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type {
  CallToolRequest,
  CallToolResult,
  Tool as McpTool,
  ServerNotification,
  ServerRequest,
  ServerResult,
} from '@modelcontextprotocol/sdk/types.js';
import { isStintError } from '../errors/stint-error.js';
import type { KernelClient, ServerInfo } from '../kernel/client/kernel-client.js';
import { isLoud, type LogLevel } from '../kernel/log.js';
import type { SessionEvent } from '../kernel/sessions/session-table.js';
import type { ToolInfo } from '../tools/tool-info.js';
import { ArtifactResources, URI_TEMPLATE, uriOf } from './artifacts.js';
import { toContent, toFailure, toStructured } from './content.js';
import { completions, promptOf, promptText } from './prompts.js';
import type { Sdk } from './sdk.js';
import { SESSION_TOOLS, SessionTools } from './session-tools.js';
import { ToolNames } from './tool-names.js';

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/** What the schemas of the SDK have in common. */
interface Schema<R> {
  safeParse(
    value: unknown,
  ):
    | { readonly success: true; readonly data: R }
    | { readonly success: false; readonly error: { readonly issues: readonly Issue[] } };
}

interface Extendable {
  extend(shape: object): Parameters<Server['setRequestHandler']>[0];
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function whatIsWrong(issues: readonly Issue[]): string {
  return issues.map(({ path, message }) => `${path.map(String).join('.')}: ${message}`).join('; ');
}

/** See the top of the file. */
export class McpServer {
  readonly server: Server;
  readonly #sdk: Sdk;
  readonly #client: KernelClient;
  readonly #sessions: SessionTools;
  readonly #resources: ArtifactResources;
  readonly #subscribed = new Set<string>();
  #logLevel: LogLevel | undefined;
  #names: ToolNames = new ToolNames([]);

  /** @param client for this connection alone; closed with it */
  static async make(sdk: Sdk, client: KernelClient): Promise<McpServer> {
    const made = new McpServer(sdk, client, await client.info());
    await made.#refreshNames();
    await client.subscribe('session', (event) => made.#onSession(event));
    return made;
  }

  private constructor(sdk: Sdk, client: KernelClient, { serverInfo }: ServerInfo) {
    this.#sdk = sdk;
    this.#client = client;
    this.#sessions = new SessionTools(client);
    this.#resources = new ArtifactResources(client, this.#sessions.sessions);
    this.server = new sdk.Server(
      { name: serverInfo.name, version: serverInfo.version },
      {
        capabilities: {
          tools: { listChanged: false },
          logging: {},
          completions: {},
          prompts: {},
          resources: { subscribe: true, listChanged: true },
        },
        instructions:
          'Tools run under a policy: a call that is refused says what would permit it. session_run runs code that you write, in a sandbox.',
      },
    );
    this.#handle();
  }

  /** Ends what the connection began. */
  async close(): Promise<void> {
    await this.#sessions.closeAll();
    await this.#client.close();
  }

  #handle(): void {
    const sdk = this.#sdk;
    this.#onList(sdk.ListToolsRequestSchema, async () => ({ tools: await this.#listTools() }));
    this.#on(sdk.CallToolRequestSchema, (request, extra) => this.#call(request, extra));
    this.#on(sdk.SetLevelRequestSchema, ({ params }) => {
      this.#logLevel = params.level;
      return {};
    });
    this.#onList(sdk.ListPromptsRequestSchema, async () => ({
      prompts: (await this.#infos()).map((info) => promptOf(this.#names.shown(info.name), info)),
    }));
    this.#on(sdk.GetPromptRequestSchema, async ({ params: { name, arguments: given = {} } }) => {
      const info = await this.#info(name);
      const text = promptText(this.#names.shown(info.name), info, given);
      return {
        description: info.description,
        messages: [{ role: 'user' as const, content: { type: 'text' as const, text } }],
      };
    });
    this.#on(sdk.CompleteRequestSchema, async ({ params: { ref, argument } }) => {
      const values =
        ref.type === 'ref/prompt' ? completions(await this.#info(ref.name), argument.name, argument.value) : [];
      return { completion: { values, total: values.length, hasMore: false } };
    });
    this.#onList(sdk.ListResourcesRequestSchema, async () => ({ resources: await this.#resources.list() }));
    this.#onList(sdk.ListResourceTemplatesRequestSchema, () => ({
      resourceTemplates: [
        { name: 'artifact', uriTemplate: URI_TEMPLATE, description: 'What code in a session has saved.' },
      ],
    }));
    this.#on(sdk.ReadResourceRequestSchema, async ({ params: { uri } }) => ({
      contents: [await this.#read(uri)],
    }));
    this.#on(sdk.SubscribeRequestSchema, async ({ params: { uri } }) => {
      await this.#read(uri);
      this.#subscribed.add(uri);
      return {};
    });
    this.#on(sdk.UnsubscribeRequestSchema, ({ params: { uri } }) => {
      this.#subscribed.delete(uri);
      return {};
    });
  }

  /** Handles a request. Wrong parameters are the fault of the client, and told as that. */
  #on<R>(schema: Schema<R>, handler: (request: R, extra: Extra) => object | Promise<object>): void {
    const { McpError, ErrorCode, RequestSchema } = this.#sdk;
    // The SDK tells of what its schema refuses as an error of the server.
    const anyParams = (schema as unknown as Extendable).extend({ params: RequestSchema.shape.params });
    this.server.setRequestHandler(anyParams, async (request, extra) => {
      const read = schema.safeParse(request);
      if (!read.success) throw new McpError(ErrorCode.InvalidParams, whatIsWrong(read.error.issues));
      return (await handler(read.data, extra)) as ServerResult;
    });
  }

  /** Handles a request for a list, which is one page here: there is no cursor that could be known. */
  #onList<R extends { params?: { cursor?: string | undefined } | undefined }>(
    schema: Schema<R>,
    list: () => object | Promise<object>,
  ): void {
    const { McpError, ErrorCode } = this.#sdk;
    this.#on(schema, ({ params }) => {
      if (params?.cursor === undefined) return list();
      throw new McpError(ErrorCode.InvalidParams, 'there is no such cursor: the list is one page');
    });
  }

  async #infos(): Promise<ToolInfo[]> {
    const tools = await this.#refreshNames();
    return Promise.all(tools.map((name) => this.#client.tools.info(name)));
  }

  /** The names of the tools that may be called. */
  async #refreshNames(): Promise<string[]> {
    const names = (await this.#client.tools.list({ permitted: true })).map(({ name }) => name);
    this.#names = new ToolNames(
      names,
      SESSION_TOOLS.map(({ name }) => name),
    );
    return names;
  }

  async #info(shown: string): Promise<ToolInfo> {
    try {
      return await this.#client.tools.info(this.#names.real(shown));
    } catch (error) {
      throw this.#protocolError(error, 'InvalidParams');
    }
  }

  async #listTools(): Promise<McpTool[]> {
    const tools = (await this.#infos()).map(({ name, description, input, output, security }): McpTool => {
      return {
        name: this.#names.shown(name),
        title: name,
        description,
        inputSchema: { type: 'object', ...input } as McpTool['inputSchema'],
        ...(output?.['type'] === 'object' ? { outputSchema: output as NonNullable<McpTool['outputSchema']> } : {}),
        annotations: {
          readOnlyHint: security === 'safe',
          destructiveHint: security === 'privileged',
          openWorldHint: security !== 'safe',
        },
      };
    });
    return [...tools, ...SESSION_TOOLS];
  }

  async #call({ params }: CallToolRequest, extra: Extra): Promise<CallToolResult> {
    const input = params.arguments ?? {};
    try {
      if (params.name === 'session_run') return await this.#runPiece(input, extra);
      if (params.name === 'session_close') {
        await this.#sessions.close(input);
        return { content: [{ type: 'text', text: 'closed' }] };
      }
      return await this.#callTool(params, extra);
    } catch (error) {
      if (!isStintError(error)) throw error;
      if (error.code === 'TOOL_NOT_FOUND') throw this.#protocolError(error, 'InvalidParams');
      return toFailure(error);
    }
  }

  async #callTool(
    { name, arguments: input = {}, _meta }: CallToolRequest['params'],
    extra: Extra,
  ): Promise<CallToolResult> {
    const parts: unknown[] = [];
    const token = _meta?.progressToken;
    const value = await this.#client.tools.call(this.#names.real(name), input, {
      signal: extra.signal,
      onPart: (part) => void parts.push(part),
      onProgress: ({ done, total, message }) => {
        const told = { ...(total === undefined ? {} : { total }), ...(message === undefined ? {} : { message }) };
        if (token !== undefined) {
          this.#notify(extra, {
            method: 'notifications/progress',
            params: { progressToken: token, progress: done, ...told },
          });
        }
        if (message !== undefined && isLoud('info', this.#logLevel)) {
          this.#notify(extra, {
            method: 'notifications/message',
            params: { level: 'info', logger: name, data: message },
          });
        }
      },
    });
    const structured = toStructured(value);
    const shown = value === undefined && parts.length > 0 ? parts : [...parts, value];
    return { content: shown.map(toContent), ...(structured === undefined ? {} : { structuredContent: structured }) };
  }

  async #runPiece(input: Record<string, unknown>, extra: Extra): Promise<CallToolResult> {
    const { session, value = null, error, output } = await this.#sessions.run(input, extra.signal);
    const written = output === '' ? [] : [toContent(output)];
    const { content, ...rest } = error === undefined ? { content: [toContent(value)] } : toFailure(error);
    return { ...rest, content: [...written, ...content, { type: 'text', text: `session: ${session}` }] };
  }

  async #read(uri: string) {
    try {
      return await this.#resources.read(uri);
    } catch (error) {
      throw this.#protocolError(error, 'ResourceNotFound');
    }
  }

  #onSession({ type, session, name }: SessionEvent): void {
    if (type === 'artifact' && name !== undefined && this.#sessions.sessions.has(session)) {
      this.#tell(this.server.sendResourceListChanged());
      const uri = uriOf(session, name);
      if (this.#subscribed.has(uri)) this.#tell(this.server.sendResourceUpdated({ uri }));
    }
  }

  /** News on the way of the request that they are about. */
  #notify(extra: Extra, notification: ServerNotification): void {
    this.#tell(extra.sendNotification(notification));
  }

  /** A client that has gone needs no news. */
  #tell(sent: Promise<void>): void {
    sent.catch((error: unknown) => this.server.onerror?.(error as Error));
  }

  #protocolError(error: unknown, kind: 'InvalidParams' | 'ResourceNotFound'): unknown {
    if (!isStintError(error)) return error;
    const code = kind === 'ResourceNotFound' ? RESOURCE_NOT_FOUND : this.#sdk.ErrorCode.InvalidParams;
    return new this.#sdk.McpError(code, error.message, { code: error.code });
  }
}

/** The code that the specification has for it. */
const RESOURCE_NOT_FOUND = -32002;
