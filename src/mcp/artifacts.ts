import { StintError } from '../errors/stint-error.js';
import type { KernelClient } from '../kernel/client/kernel-client.js';
import type { SessionClient } from '../kernel/client/sessions-client.js';
import { toResource } from './content.js';

const BASE = 'stint://sessions/';
const URI = /^stint:\/\/sessions\/([0-9a-f]{32})\/(.+)$/;

/** The address of an artifact. */
export function uriOf(session: string, name: string): string {
  return `${BASE}${session}/${encodeURIComponent(name)}`;
}

/** How artifacts are addressed (RFC 6570). */
export const URI_TEMPLATE = `${BASE}{session}/{artifact}`;

/** The artifacts of the sessions of one MCP client, as resources. */
export class ArtifactResources {
  readonly #client: KernelClient;
  readonly #sessions: ReadonlyMap<string, SessionClient>;

  /** @param sessions the client's own, by id: those of others are not there for it */
  constructor(client: KernelClient, sessions: ReadonlyMap<string, SessionClient>) {
    this.#client = client;
    this.#sessions = sessions;
  }

  async list() {
    const sessions = await this.#client.sessions.list();
    return sessions
      .filter(({ id }) => this.#sessions.has(id))
      .flatMap(({ id, name: session, artifacts }) =>
        artifacts.map(({ name, type, bytes }) => ({
          uri: uriOf(id, name),
          name,
          description: `saved in session ${session}`,
          mimeType: type,
          size: bytes,
        })),
      );
  }

  /** @throws StintError `INVALID_ARGUMENT` if there is none of that address */
  async read(uri: string) {
    const [, id = '', name = ''] = URI.exec(uri) ?? [];
    const session = this.#sessions.get(id);
    if (session === undefined) {
      throw new StintError(
        'INVALID_ARGUMENT',
        `there is no resource ${uri.slice(0, 200)}; list the resources to see what there is`,
      );
    }
    const { type, data } = await session.artifacts.load(decode(name));
    return { uri, ...toResource(type, data) };
  }
}

/** A text that is no encoding stands for itself. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
