export { createMcpRoute, type McpRoute } from './http.js';
export { serveMcpStdio } from './stdio.js';
