import { describe, expect, it } from 'vitest';
import { decode, encode } from '#stint/ledger/envelope';
import { kindOf, type Resource, readRecord } from '#stint/ledger/record';

const TOKEN = 'stint-abcdefgh234567yz-17';

/** Other versions read these files: a change here needs a new folder beside `v1`. */
const RECORDS: [string, Resource][] = [
  [
    `stint-ledger 1 27176bec6dd7ae70319b1ae37be4a1fd\n{"kind":"segment","name":"${TOKEN}","bytes":1048576,"token":"${TOKEN}"}\n`,
    { kind: 'segment', name: TOKEN, bytes: 1_048_576 },
  ],
  [
    `stint-ledger 1 36fc9e00fbbcb14eeb7ea22c89ca654e\n{"kind":"process","command":"node host.js","token":"${TOKEN}"}\n`,
    { kind: 'process', command: 'node host.js' },
  ],
  [
    `stint-ledger 1 4d3a3c4cc4c89d5bd4c905145ec27749\n{"kind":"process","command":"node host.js","pid":4711,"startedAt":"197084","token":"${TOKEN}"}\n`,
    { kind: 'process', command: 'node host.js', pid: 4711, startedAt: '197084' },
  ],
  [
    `stint-ledger 1 c70a34bdbb45f55d033aea992501e7b0\n{"kind":"socket","path":"/run/user/1000/stint/kernel.sock","token":"${TOKEN}"}\n`,
    { kind: 'socket', path: '/run/user/1000/stint/kernel.sock' },
  ],
  [
    `stint-ledger 1 8776a4ffaec99a7908618262c348c66c\n{"kind":"pidfile","path":"/run/user/1000/stint.pid","file":"26:1042","token":"${TOKEN}"}\n`,
    { kind: 'pidfile', path: '/run/user/1000/stint.pid', file: '26:1042' },
  ],
  [
    `stint-ledger 1 b298c464c9c1916f9789b9e96f8dbdec\n{"kind":"scratch","path":"/tmp/${TOKEN}","token":"${TOKEN}"}\n`,
    { kind: 'scratch', path: `/tmp/${TOKEN}` },
  ],
];

describe("the ledger's format", () => {
  it.each(RECORDS)('has records that read %s', (text, resource) => {
    expect(encode({ ...resource, token: TOKEN }).toString()).toBe(text);
    const read = readRecord(decode(Buffer.from(text)), resource, TOKEN);
    expect(read).toEqual({ value: { ...resource, token: TOKEN } });
    expect(kindOf(resource).fault({ ...resource }, TOKEN)).toBeUndefined();
  });
});
