/** Where tasks run: on threads of this process, or in child processes. */
export type Isolation = 'thread' | 'process';
