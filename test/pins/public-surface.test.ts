import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '#stint/errors/codes';
import * as stint from '#stint/index';
import * as ledger from '#stint/ledger/index';
import { DEFAULT_LIMITS } from '#stint/runtime/limits';

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

/** Programs depend on these: a change here is a change of the public surface. */
describe('the public surface', () => {
  it('has these error codes', () => {
    expect(ERROR_CODES.join(' ')).toBe(
      'SCRIPT_ERROR SCRIPT_SYNTAX TIMEOUT CANCELLED OUT_OF_MEMORY OUTPUT_LIMIT HOST_CALL_LIMIT QUEUE_FULL RUNTIME_CLOSED ' +
        'TASK_LOST NEIGHBOUR_BROKEN PERMISSION_DENIED TOOL_NOT_FOUND TOOL_INPUT TOOL_FAILED VALUE_NOT_TRANSFERABLE ' +
        'INVALID_ARGUMENT UNAUTHORIZED PROTOCOL DEPENDENCY_MISSING NESTED_SYNC',
    );
  });

  it('has these exports', () => {
    expect(Object.keys(stint).sort()).toEqual([
      'Channel',
      'ERROR_CODES',
      'StintError',
      'callSync',
      'closeSharedRuntime',
      'createChannel',
      'createRuntime',
      'isStintError',
      'makeSync',
      'run',
      'runSync',
      'sharedRuntime',
      'start',
      'transfer',
    ]);
  });

  it('has these exports of stint/ledger', () => {
    expect(Object.keys(ledger).sort()).toEqual(['SharedMemory', 'inspect', 'openLedger', 'sweep']);
  });

  it('has these subpaths, bins and engines', () => {
    expect(Object.keys(manifest.exports)).toEqual([
      '.',
      './kernel',
      './ledger',
      './mcp',
      './monitor',
      './subscript',
      './tools',
      './package.json',
    ]);
    expect(manifest.bin).toEqual({ stint: './dist/cli/main.cjs' });
    expect(manifest.engines).toEqual({ node: '>=20.19' });
    expect(manifest.scripts.install ?? manifest.scripts.postinstall).toBeUndefined();
  });

  it('has these default limits', () => {
    expect(DEFAULT_LIMITS).toEqual({
      timeout: 30_000,
      turn: Number.POSITIVE_INFINITY,
      memory: 67_108_864,
      output: 1_048_576,
      hostCalls: 100_000,
    });
  });
});
