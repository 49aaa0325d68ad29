import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isMissing } from '../../needs.js';
import { MYSQL, openDatabases, POSTGRES } from './local-services.js';
import { workshop } from './workshop.js';

const shop = workshop();

describe('sql.execute and sql.query', () => {
  it('make changes of one file that are asked for at once one after the other', async () => {
    await shop.call('sql.execute', { path: 'busy.db', create: true, sql: 'create table t(x)' });
    const inserts = Array.from({ length: 8 }, (_, x) =>
      shop.call('sql.execute', {
        path: x % 2 === 0 ? 'busy.db' : './busy.db',
        sql: 'insert into t values (?)',
        parameters: [x],
      }),
    );
    const refused = shop.failure('sql.execute', { path: 'busy.db', sql: 'insert into nowhere values (1)' });
    expect(await Promise.all(inserts)).toMatchObject(inserts.map(() => ({ changes: 1 })));
    expect(await refused).toMatch(/TOOL_INPUT sql: .*no such table/);
    const sql = 'select count(distinct x) from t';
    expect(await shop.call('sql.query', { path: 'busy.db', sql })).toMatchObject({ rows: [[8]] });
  });

  it('keep what was written in a file, and read it again', async () => {
    const sql = 'create table a(id integer primary key, name text); insert into a(name) values (1), (2), (3)';
    expect(await shop.call('sql.execute', { path: 'a.db', create: true, sql })).toMatchObject({ changes: 3 });
    expect(
      await shop.call('sql.execute', {
        path: 'a.db',
        sql: 'update a set name = ? where id = ? returning name',
        parameters: ['two', 2],
      }),
    ).toEqual({
      columns: ['name'],
      rows: [['two']],
      truncated: false,
      changes: 1,
    });
    expect(await shop.call('sql.query', { path: 'a.db', sql: 'select name from a order by id', limit: 2 })).toEqual({
      columns: ['name'],
      rows: [['1'], ['two']],
      truncated: true,
    });
  });

  it('give integers beyond 2^53 as text, bytes as Base64, and null', async () => {
    const sql = "select 9007199254740993, x'00ff', null, 1.5, 9007199254740991";
    expect(await shop.call('sql.query', { sql })).toMatchObject({
      rows: [['9007199254740993', { base64: 'AP8=' }, null, 1.5, 9007199254740991]],
    });
  });

  it('write all of the statements or, if one fails, none', async () => {
    await shop.call('sql.execute', {
      path: 'b.db',
      create: true,
      sql: 'create table a(x unique); insert into a values (1)',
    });
    const before = await readFile(join(shop.directory, 'b.db'));
    expect(
      await shop.failure('sql.execute', { path: 'b.db', sql: 'insert into a values (2); insert into a values (1)' }),
    ).toMatch(/TOOL_INPUT sql: .*UNIQUE/);
    expect((await readFile(join(shop.directory, 'b.db'))).equals(before)).toBe(true);
  });

  it('leave a file alone that nothing changed', async () => {
    await shop.call('sql.execute', { path: 'c.db', create: true, sql: 'create table a(x)' });
    const before = await stat(join(shop.directory, 'c.db'));
    await shop.call('sql.execute', { path: 'c.db', sql: 'select 1' });
    expect((await stat(join(shop.directory, 'c.db'))).ino).toBe(before.ino);
  });

  it.each([
    ["attach database '/etc/passwd' as other", /not authorized/],
    ["attach ':memory:' as other", /not authorized/],
    ["vacuum into '/tmp/stint-escape.db'", /not authorized|would change/],
    ["select load_extension('/lib/x.so')", /no such function/],
    ["select readfile('/etc/passwd')", /no such function/],
    ["select writefile('/tmp/x', 'y')", /no such function/],
    ['delete from a', /would change the database; use sql.execute|no such table/],
    ['pragma user_version = 7', /would change the database/],
    ['pragma hard_heap_limit = 1', /not authorized/],
    ['PRAGMA soft_heap_limit(1)', /not authorized/],
    ["pragma temp_store_directory = '/tmp'", /not authorized/],
    ['select 1; select 2', /give one statement/],
  ])('refuse %s (invariant 2)', async (sql, message) => {
    expect(await shop.failure('sql.query', { sql })).toMatch(message);
    if (!/^(select|delete|pragma user)/.test(sql))
      expect(await shop.failure('sql.execute', { path: 'd.db', create: true, sql })).toMatch(/not authorized/);
  });

  it('can vacuum', async () => {
    await shop.call('sql.execute', {
      path: 'v.db',
      create: true,
      sql: 'create table a(x); insert into a values (zeroblob(100000)); delete from a',
    });
    await shop.call('sql.execute', { path: 'v.db', sql: 'vacuum' });
    expect((await stat(join(shop.directory, 'v.db'))).size).toBeLessThan(20_000);
  });

  it('end a query that never would, and go on with the next (invariant 3)', async () => {
    const sql = 'with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n';
    await expect(shop.registry.call('sql.query', { sql }, { policy: shop.policy, timeout: 500 })).rejects.toMatchObject(
      { code: 'TIMEOUT' },
    );
    expect(await shop.call('sql.query', { sql: 'select 1' })).toMatchObject({ rows: [[1]] });
  });

  it('bound the memory of a query, and go on with the next (invariant 3)', async () => {
    const sql = 'select length(hex(zeroblob(200000000)))';
    expect(await shop.failure('sql.query', { sql })).toMatch(/out of memory|NOMEM/);
    expect(await shop.call('sql.query', { sql: 'select 1' })).toMatchObject({ rows: [[1]] });
  });

  it('leave nothing for the next call (invariant 1)', async () => {
    await shop.call('sql.query', { setup: 'create table a(x); create temp table b(x)', sql: 'select 1' });
    for (const table of ['a', 'temp.b']) {
      expect(await shop.failure('sql.query', { sql: `select * from ${table}` })).toMatch(/no such table/);
    }
  });

  it.each([
    ['outside.db', { path: '../outside.db', sql: 'select 1' }, /PERMISSION_DENIED/],
    ['no database', { path: 'text.db', sql: 'select 1' }, /TOOL_INPUT path: 'text.db' is no SQLite database/],
    ['one that is used', { path: 'used.db', sql: 'select 1' }, /TOOL_FAILED another program is working with 'used.db'/],
    [
      'too few parameters',
      { sql: 'select ?, ?', parameters: [1] },
      /TOOL_INPUT parameters: the statement has 2 placeholders, there are 1 values/,
    ],
    ['a mistake', { sql: 'selec 1' }, /TOOL_INPUT sql: .*syntax error/],
    ['nothing', { sql: ' -- no\n ; /* x */ ' }, /TOOL_INPUT sql: it has no statement/],
  ])('refuse %s', async (_, input, message) => {
    await writeFile(join(shop.directory, 'text.db'), 'hello');
    await writeFile(join(shop.directory, 'used.db'), '');
    await writeFile(join(shop.directory, 'used.db-wal'), 'x');
    expect(await shop.failure('sql.query', input)).toMatch(message);
  });

  it('refuse a file that is not there, and a transaction that is left open', async () => {
    expect(await shop.failure('sql.execute', { path: 'none.db', sql: 'select 1' })).toMatch(
      /there is no 'none.db'; set create/,
    );
    expect(
      await shop.failure('sql.execute', { path: 'none.db', create: true, sql: 'begin; create table a(x)' }),
    ).toMatch(/TOOL_INPUT sql: it leaves a transaction open/);
  });
});

const databases = await openDatabases();

describe.skipIf(isMissing(POSTGRES, databases.postgres))('sql.postgres', () => {
  const at = { host: '127.0.0.1', user: 'postgres' };

  it('gives what PostgreSQL has, as JSON can say it', async () => {
    const sql =
      "select 1::bigint as n, null as nothing, '{\"a\": [1]}'::jsonb as doc, array[1, 2] as list, '\\x00ff'::bytea as bytes, timestamptz '2024-03-01Z' as at";
    expect(await shop.call('sql.postgres', { ...at, sql })).toMatchObject({
      columns: ['n', 'nothing', 'doc', 'list', 'bytes', 'at'],
      rows: [['1', null, { a: [1] }, [1, 2], { base64: 'AP8=' }, '2024-03-01T00:00:00.000Z']],
    });
  });

  it('reads only, unless it is told to write', async () => {
    const table = `stint_${process.pid}`;
    expect(await shop.failure('sql.postgres', { ...at, sql: `create table ${table}(x int)` })).toMatch(
      /TOOL_FAILED PostgreSQL: .*read-only transaction/,
    );
    await shop.call('sql.postgres', { ...at, write: true, sql: `create table ${table}(x int)` });
    try {
      expect(
        await shop.call('sql.postgres', {
          ...at,
          write: true,
          sql: `insert into ${table} values ($1), ($2)`,
          parameters: [1, 2],
        }),
      ).toMatchObject({ changes: 2 });
      expect(await shop.call('sql.postgres', { ...at, sql: `select x from ${table}`, limit: 1 })).toMatchObject({
        rows: [[1]],
        truncated: true,
      });
    } finally {
      await shop.call('sql.postgres', { ...at, write: true, sql: `drop table ${table}` });
    }
  });

  it.each([
    ['select 1; select 2', /TOOL_FAILED PostgreSQL: cannot insert multiple commands/],
    ['selec', /TOOL_FAILED PostgreSQL: syntax error/],
  ])('refuses %s', async (sql, message) => {
    expect(await shop.failure('sql.postgres', { ...at, sql })).toMatch(message);
  });

  it('ends with its call, and takes no more bytes than it may hold', async () => {
    const sleeping = shop.registry.call(
      'sql.postgres',
      { ...at, sql: 'select pg_sleep(60)' },
      { policy: shop.policy, timeout: 500 },
    );
    await expect(sleeping).rejects.toMatchObject({ code: 'TIMEOUT' });
    const policy = { ...shop.policy, limits: { memory: '1mb' } } as const;
    const sql = "select repeat('x', 5000000)";
    expect(await shop.failure('sql.postgres', { ...at, sql }, policy)).toMatch(
      /TOOL_FAILED PostgreSQL: the server sent more than 1048576 bytes/,
    );
  });

  it('goes to hosts of the policy only, and takes passwords from variables of the policy only', async () => {
    expect(await shop.failure('sql.postgres', { ...at, sql: 'select 1' }, { security: 'privileged' })).toMatch(
      /PERMISSION_DENIED/,
    );
    expect(await shop.failure('sql.postgres', { ...at, sql: 'select 1', passwordVariable: 'HOME' })).toMatch(
      /PERMISSION_DENIED .*HOME/,
    );
  });
});

describe.skipIf(isMissing(MYSQL, databases.mysql))('sql.mysql', () => {
  const at = { host: '127.0.0.1', user: 'root' };

  it('gives what MySQL has, as JSON can say it', async () => {
    const sql =
      "select 1 as n, null as nothing, 9007199254740993 as big, x'00ff' as bytes, cast('1.50' as decimal(5,2)) as money";
    expect(await shop.call('sql.mysql', { ...at, sql })).toMatchObject({
      rows: [[1, null, '9007199254740993', { base64: 'AP8=' }, '1.50']],
    });
  });

  it('reads only, unless it is told to write', async () => {
    const database = `stint_${process.pid}`;
    const table = `${database}.a`;
    await shop.call('sql.mysql', { ...at, write: true, sql: `create database ${database}` });
    try {
      await shop.call('sql.mysql', { ...at, write: true, sql: `create table ${table}(x int)` });
      expect(await shop.failure('sql.mysql', { ...at, sql: `insert into ${table} values (1)` })).toMatch(
        /TOOL_FAILED MySQL: .*READ ONLY/,
      );
      expect(
        await shop.call('sql.mysql', {
          ...at,
          write: true,
          sql: `insert into ${table} values (?), (?)`,
          parameters: [1, 2],
        }),
      ).toMatchObject({ changes: 2 });
      expect(await shop.call('sql.mysql', { ...at, sql: `select x from ${table}`, limit: 1 })).toMatchObject({
        rows: [[1]],
        truncated: true,
      });
    } finally {
      await shop.call('sql.mysql', { ...at, write: true, sql: `drop database ${database}` });
    }
  });

  it.each([
    ['select 1; select 2', /TOOL_FAILED MySQL: .*error in your SQL syntax/],
    ['selec', /TOOL_FAILED MySQL: .*error in your SQL syntax/],
    ["load data local infile '/etc/passwd' into table x", /TOOL_FAILED MySQL/],
  ])('refuses %s', async (sql, message) => {
    expect(await shop.failure('sql.mysql', { ...at, sql })).toMatch(message);
  });

  it('ends with its call', async () => {
    const sleeping = shop.registry.call(
      'sql.mysql',
      { ...at, sql: 'select sleep(60)' },
      { policy: shop.policy, timeout: 500 },
    );
    await expect(sleeping).rejects.toMatchObject({ code: 'TIMEOUT' });
  });
});
