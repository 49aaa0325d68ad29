/** What a client can subscribe to: tasks of the runtime, calls of tools, its own sessions. */
export const TOPICS = ['task', 'tool', 'session'] as const;
export type Topic = (typeof TOPICS)[number];
