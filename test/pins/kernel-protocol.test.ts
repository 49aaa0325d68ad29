import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as kernel from '#stint/kernel/index';
import { RPC_CODES } from '#stint/kernel/json-rpc';
import { DEFAULT_KERNEL_LIMITS } from '#stint/kernel/limits';
import { METHODS } from '#stint/kernel/methods/index';
import { PROTOCOL_VERSION } from '#stint/kernel/methods/server';
import { TOPICS } from '#stint/kernel/topics';
import * as mcp from '#stint/mcp/index';

const page = readFileSync(new URL('../../docs/kernel.md', import.meta.url), 'utf8');
const section = (title: string): string => page.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
/** The first words in backticks of the rows of a table. */
const rows = (text: string): string[] =>
  [...text.matchAll(/^\| (?:[^|`]*\| )?`([^`]+)` \|/gm)].map(([, word]) => word as string);

/** Other programs speak it: a change here is a change of the protocol. */
describe('the protocol of the kernel', () => {
  it('has the methods that docs/kernel.md lists', () => {
    expect(rows(section('Requests')).sort()).toEqual(Object.keys(METHODS).sort());
    expect(
      Object.entries(METHODS)
        .filter(([, { control }]) => !control)
        .map(([name]) => name),
    ).toEqual(['tools/search', 'tools/call', 'tools/test', 'scripts/run', 'sessions/run', 'sessions/close']);
  });

  it('has the notifications that docs/kernel.md lists', () => {
    expect(rows(section('Notifications'))).toEqual([
      'notifications/cancelled',
      'notifications/initialized',
      'notifications/progress',
      'notifications/part',
      'notifications/output',
      'notifications/event',
      'notifications/message',
    ]);
  });

  it('has these codes, version and topics', () => {
    expect(RPC_CODES).toEqual({
      parse: -32700,
      request: -32600,
      method: -32601,
      params: -32602,
      internal: -32603,
      stint: -32000,
    });
    expect([...section('Errors').matchAll(/^\| (-\d+) \|/gm)].map(([, code]) => Number(code))).toEqual(
      Object.values(RPC_CODES),
    );
    expect(PROTOCOL_VERSION).toBe('stint/1');
    expect(TOPICS).toEqual(['task', 'tool', 'session']);
  });

  it('has the default limits that docs/kernel.md lists', () => {
    expect(rows(section('Limits of each client')).sort()).toEqual(Object.keys(DEFAULT_KERNEL_LIMITS).sort());
    expect(DEFAULT_KERNEL_LIMITS).toEqual({
      clients: 20_000,
      inFlight: 64,
      rate: 20_000,
      message: 4_194_304,
      unsent: 16_777_216,
      scripts: 16,
      sessions: 64,
      idle: 1_800_000,
      artifacts: 16_777_216,
      handshake: 10_000,
      linger: 30_000,
    });
  });

  it('is exported under these names', () => {
    expect(Object.keys(kernel).sort()).toEqual([
      'ArtifactsClient',
      'KernelClient',
      'ScriptsClient',
      'SessionClient',
      'SessionsClient',
      'ToolsClient',
      'connect',
      'createKernel',
      'readConnectionFile',
    ]);
    expect(Object.keys(mcp).sort()).toEqual(['createMcpRoute', 'serveMcpStdio']);
  });
});
