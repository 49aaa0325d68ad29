export { KernelClient, type ServerInfo } from './client/kernel-client.js';
export { type ScriptOptions, ScriptsClient, type ScriptTask } from './client/scripts-client.js';
export {
  ArtifactsClient,
  type PieceRunOptions,
  SessionClient,
  type SessionOptions,
  SessionsClient,
} from './client/sessions-client.js';
export { type ToolCallOptions, ToolsClient, type WantedTools } from './client/tools-client.js';
export { createKernel, type KernelOptions } from './create-kernel.js';
export type { Kernel } from './kernel.js';
export type { KernelLimits } from './limits.js';
export type { LogLevel } from './log.js';
export type { ArtifactInfo } from './sessions/artifacts.js';
export type { SessionInfo } from './sessions/session.js';
export type { SessionEvent } from './sessions/session-table.js';
export type { KernelStats } from './stats.js';
export type { TaskNews, Topic, TopicEvents } from './topics.js';
export { type ConnectOptions, connect } from './transport/connect.js';
export { type ConnectionFile, readConnectionFile } from './transport/connection-file.js';
export type { Listener } from './transport/listen.js';
export type { ListenOptions, StreamPair } from './transport/listen-options.js';
