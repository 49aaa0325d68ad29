import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/own-state.ts',
    // Real threads and real signals: a test waits for events, and these bounds only end a hang.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    pool: 'forks',
    server: { deps: { external: [/\/dist\//] } },
  },
});
