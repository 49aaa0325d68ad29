export type { ToolFilter } from '../runtime/tool-port.js';
export type { Scope } from '../scope/scope.js';
export type { Executed, ExecuteOptions } from './access/execute.js';
export type { FileAccess, FileChange, FileEntry, FileMode, FileStat } from './access/file-access.js';
export type { ConnectOptions, FetchOptions } from './access/net-access.js';
export type { AuditEvent, Reach } from './audit.js';
export { builtinTools } from './builtin/index.js';
export type { CallOptions, ToolProgress } from './call-options.js';
export { defineTool } from './define-tool.js';
export { inputError } from './failure.js';
export { type DirectoryTools, loadDirectory, loadPackage } from './plugins/load-plugins.js';
export { loadScriptTool } from './plugins/script-tool.js';
export { Policy } from './policy.js';
export type { CommandPermission, PolicyOptions } from './policy-options.js';
export { ToolRegistry, type ToolRegistryOptions } from './registry.js';
export type { FoundTool } from './search.js';
export type { ExampleTest, ToolTest } from './test-tool.js';
export type {
  JsonSchema,
  SecurityLevel,
  Tool,
  ToolDefinition,
  ToolExample,
  ToolLimits,
  ToolPermission,
  ToolResult,
  ToolSchema,
} from './tool.js';
export type { ToolContext } from './tool-context.js';
export type { ToolInfo, ToolSummary } from './tool-info.js';
export type { ToolView } from './tool-view.js';
