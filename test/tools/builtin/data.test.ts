import { describe, expect, it } from 'vitest';
import { workshop } from './workshop.js';

const shop = workshop();

describe('json.query', () => {
  const data = {
    store: {
      book: [
        { title: 'A', price: 8 },
        { title: 'B', price: 20 },
      ],
    },
    'odd key': 1,
  };
  it.each([
    ['$.store.book[*].title', ['A', 'B']],
    ['$..price', [8, 20]],
    ["$['odd key']", [1]],
    ['$.store.book[-1:].title', ['B']],
    ['$.store.book[?@.price > 10].title', ['B']],
    ['$.nothing', []],
  ])('%s finds %j', async (query, values) => {
    const { matches } = await shop.call<{ matches: { value: unknown }[] }>('json.query', { query, data });
    expect(matches.map(({ value }) => value)).toEqual(values);
  });

  it('sees a key __proto__ of a text as a key, and no prototype', async () => {
    const { matches } = await shop.call<{ matches: { value: unknown }[] }>('json.query', {
      query: "$['__proto__']['a']",
      text: '{"__proto__": {"a": 1}}',
    });
    expect(matches).toEqual([{ path: "$['__proto__']['a']", value: 1 }]);
    for (const query of ['$.constructor', '$..constructor', "$['toString']"]) {
      expect(await shop.call('json.query', { query, data })).toMatchObject({ count: 0 });
    }
    expect(({} as { a?: unknown }).a).toBeUndefined();
  });

  it.each([
    [{ query: '$..*..*..*..*..*..*', text: '['.repeat(40) + ']'.repeat(40) }, 'deep'],
    [{ query: "$[?match(@, '(a+)+b')]", data: ['a'.repeat(40)] }, 'a hostile pattern'],
  ])('ends with its call: %.60j, %s', async (input, _) => {
    const call = shop.registry.call('json.query', input, { policy: shop.policy, timeout: 1000 });
    const outcome = await call.then(
      () => 'done',
      (error: { code: string }) => error.code,
    );
    expect(['done', 'TIMEOUT', 'OUT_OF_MEMORY']).toContain(outcome);
    expect(await shop.call('json.query', { query: '$.a', data: { a: 1 } })).toMatchObject({ count: 1 });
  });

  it.each([
    [{ query: '$.a[', data: {} }, /TOOL_INPUT query: /],
    [{ query: '$.a' }, /TOOL_INPUT data: give data or text/],
    [{ query: '$', text: '{a: 1}' }, /TOOL_INPUT text: .*JSON/],
  ])('refuses %j', async (input, message) => {
    expect(await shop.failure('json.query', input)).toMatch(message);
  });
});

describe('json.validate', () => {
  it('takes what Ajv alone knows for no keyword', async () => {
    const schema = { $async: true, type: 'string', nullable: true };
    expect(await shop.call('json.validate', { data: 'text', schema })).toEqual({ valid: true, problems: [] });
    expect(await shop.call('json.validate', { data: null, schema })).toMatchObject({ valid: false });
  });

  it('tells all that is wrong', async () => {
    const schema = { type: 'object', required: ['a'], properties: { b: { type: 'string', format: 'email' } } };
    expect(await shop.call('json.validate', { data: { b: 'x' }, schema })).toEqual({
      valid: false,
      problems: [
        { path: '', problem: "must have required property 'a'" },
        { path: '/b', problem: 'must match format "email"' },
      ],
    });
  });

  it('knows the multiples of a fraction', async () => {
    const schema = { items: { multipleOf: 0.01 } };
    expect(await shop.call('json.validate', { data: [19.99, 1.15, 0.3], schema })).toMatchObject({ valid: true });
    expect(await shop.call('json.validate', { data: [19.995], schema })).toMatchObject({ valid: false });
  });

  it('keeps nothing of a schema for the next call, and fetches none', async () => {
    const schema = { $id: 'https://example.com/a', type: 'number' };
    await shop.call('json.validate', { data: 1, schema });
    await shop.call('json.validate', { data: 'a', schema: { ...schema, type: 'string' } });
    expect(await shop.failure('json.validate', { data: 1, schema: { $ref: 'https://example.com/a' } })).toMatch(
      /can't resolve reference/,
    );
  });

  it('knows no keyword nullable, but a property of that name', async () => {
    const of = (data: unknown, schema: object) => shop.call('json.validate', { data, schema });
    expect(await of(null, { type: 'string', nullable: true })).toMatchObject({ valid: false });
    expect(await of({ a: null }, { properties: { a: { type: 'string', nullable: true } } })).toMatchObject({
      valid: false,
    });
    const named = { properties: { nullable: { type: 'string' } }, required: ['nullable'], enum: [{ nullable: 'x' }] };
    expect(await of({ nullable: 'x' }, named)).toMatchObject({ valid: true });
    expect(await of({ nullable: null }, named)).toMatchObject({ valid: false });
  });

  it('ends a pattern that would take for ever with its call', async () => {
    const input = { data: `${'a'.repeat(50)}!`, schema: { type: 'string', pattern: '^(a+)+$' } };
    const call = shop.registry.call('json.validate', input, { policy: shop.policy, timeout: 300 });
    await expect(call).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(await shop.call('json.validate', { ...input, data: 'aa' })).toEqual({ valid: true, problems: [] });
  });

  it.each([
    [{ data: 1, schema: { type: 'numbr' } }, /TOOL_INPUT schema: /],
    [{ data: 1, schema: { pattern: '(' } }, /TOOL_INPUT schema: /],
    [{ data: 1, schema: { items: { type: ['null', 'foo'] } } }, /TOOL_INPUT schema: /],
    [{ data: 1, schema: { $defs: { a: { pattern: '(' } } } }, /TOOL_INPUT schema: .*regular expression/],
    [{ data: 1, schema: { $defs: { a: { patternProperties: { '[': {} } } } } }, /TOOL_INPUT schema: /],
    [{ data: 1, schema: { $ref: '#' } }, /TOOL_INPUT schema: its references come to no end/],
    [{ data: 1 }, /schema is missing/],
  ])('refuses %j', async (input, message) => {
    expect(await shop.failure('json.validate', input)).toMatch(message);
  });
});

describe('csv.parse', () => {
  it('reads quotes, line ends within them, and finds the delimiter', async () => {
    const text = '\uFEFFid;text\r\n1;"a;""b""\nc"\r\n\r\n2;x\r\n';
    expect(await shop.call('csv.parse', { text })).toMatchObject({
      rows: [
        { id: '1', text: 'a;"b"\nc' },
        { id: '2', text: 'x' },
      ],
      problems: [],
    });
  });

  it('makes numbers only of what is written as one', async () => {
    const text = 'a,b,c,d,e\n1,-2.5e3,007,true,12345678901234567890\n';
    expect(await shop.call('csv.parse', { text, numbers: true })).toMatchObject({
      rows: [{ a: 1, b: -2500, c: '007', d: true, e: '12345678901234567890' }],
    });
  });

  it('takes columns with the names of prototypes for columns', async () => {
    const { rows } = await shop.call<{ rows: object[] }>('csv.parse', {
      text: '__proto__,constructor,toString\na,b,c\n',
    });
    expect(Object.entries(rows[0] as object)).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
      ['toString', 'c'],
    ]);
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });

  it('names columns that have none, or one twice, and tells rows that do not fit', async () => {
    expect(await shop.call('csv.parse', { text: 'a,,a\n1,2\n' })).toMatchObject({
      columns: ['a', 'column_2', 'a_2'],
      rows: [{ a: '1', column_2: '2', a_2: null }],
      problems: ['row 2: it has 2 values, the header 3'],
    });
  });

  it('says that there are more rows', async () => {
    const { rows, truncated } = await shop.call<{ rows: unknown[]; truncated: boolean }>('csv.parse', {
      text: 'a\n1\n2\n3\n',
      limit: 2,
    });
    expect([rows.length, truncated]).toEqual([2, true]);
  });

  it.each([
    ['a\n1\n\n2\n', ['1', '', '2']],
    ['a\r\n1\r\n""\r\n', ['1', '']],
    ['a\n1\n""', ['1', '']],
    ['\n\na\n\n', ['']],
  ])('takes empty lines of a single column for values: %j', async (text, values) => {
    const { rows } = await shop.call<{ rows: { a: string }[] }>('csv.parse', { text });
    expect(rows.map(({ a }) => a)).toEqual(values);
  });

  it('takes empty lines at the beginning for values if there are no names', async () => {
    const { rows } = await shop.call<{ rows: unknown[] }>('csv.parse', { text: '\n\nx\n', header: false });
    expect(rows).toEqual([[''], [''], ['x']]);
  });

  it.each([
    ['a\n1\n\n', ['1', ''], false],
    ['a\n1\n\n\n', ['1', ''], true],
    ['a\n1\n\n3', ['1', ''], true],
    ['a\n1\n', ['1'], false],
  ])('says whether there are more than two values in a single column: %j', async (text, values, more) => {
    const answer = await shop.call<{ rows: { a: string }[]; truncated: boolean }>('csv.parse', { text, limit: 2 });
    expect(answer.rows.map(({ a }) => a)).toEqual(values);
    expect(answer.truncated).toBe(more);
  });

  it.each([
    [{}, /text is missing/],
    [{ text: 'a', delimiter: '"' }, /TOOL_INPUT delimiter: /],
    [{ text: 'a', delimiter: '\n' }, /TOOL_INPUT delimiter: /],
    [{ text: 'a', delimiter: '\r' }, /TOOL_INPUT delimiter: /],
    [{ text: 'a', delimiter: '::' }, /delimiter is '::'/],
    [{ text: 'a', limit: 0 }, /limit is 0/],
  ])('refuses %j', async (input, message) => {
    expect(await shop.failure('csv.parse', input)).toMatch(message);
  });
});

describe('csv.write', () => {
  it('writes what csv.parse reads', async () => {
    const rows = [
      { a: 'x,"y"\nz', b: '' },
      { a: ' s ', b: 'é' },
    ];
    const { text } = await shop.call<{ text: string }>('csv.write', { rows });
    expect(await shop.call('csv.parse', { text })).toMatchObject({ rows });
  });

  it.each([[[{ a: '' }, { a: 'x' }, { a: '' }]], [[{ a: '' }]]])(
    'writes empty values of a single column so that csv.parse reads them: %j',
    async (rows) => {
      const { text } = await shop.call<{ text: string }>('csv.write', { rows });
      expect(await shop.call('csv.parse', { text })).toMatchObject({ rows });
      const { text: lists } = await shop.call<{ text: string }>('csv.write', { rows: [[''], ['b', 'c'], [null]] });
      expect(lists).toBe('""\r\nb,c\r\n""');
    },
  );

  it('defuses formulas, and keeps own properties only', async () => {
    const { text } = await shop.call<{ text: string }>('csv.write', {
      rows: [{ a: '@cmd', b: '+1', c: '-2', d: -2 }],
      columns: ['a', 'b', 'c', 'd', 'constructor'],
    });
    expect(text.split('\r\n')[1]).toBe('"\'@cmd","\'+1","\'-2",-2,');
  });

  it.each([
    [{ rows: [{ a: 1 }, [1]] }, /TOOL_INPUT rows: its rows must be all records or all lists/],
    [{ rows: 'a' }, /rows is 'a'/],
    [{ rows: [], newline: '\r' }, /newline is/],
  ])('refuses %j', async (input, message) => {
    expect(await shop.failure('csv.write', input)).toMatch(message);
  });
});

describe('graph', () => {
  const edges = [
    { from: 'a', to: 'b', weight: 4 },
    { from: 'b', to: 'c', weight: 1 },
    { from: 'a', to: 'c', weight: 9 },
    { from: 'x', to: 'y' },
  ];
  it.each([
    [
      { operation: 'shortest-path', edges, from: 'a', to: 'y' },
      { path: null, length: null },
    ],
    [
      { operation: 'shortest-path', edges, from: 'c', to: 'a', directed: false },
      { path: ['c', 'b', 'a'], length: 5 },
    ],
    [
      {
        operation: 'shortest-path',
        edges: [
          { from: 'a', to: 'b', weight: -2 },
          { from: 'b', to: 'c', weight: 1 },
        ],
        from: 'a',
        to: 'c',
      },
      { path: ['a', 'b', 'c'], length: -1 },
    ],
    [{ operation: 'components', edges, nodes: ['lone'] }, { groups: [['lone'], ['a', 'b', 'c'], ['x', 'y']] }],
    [{ operation: 'cycles', edges: [...edges, { from: 'c', to: 'a' }] }, { groups: [['c', 'b', 'a']] }],
    [{ operation: 'reachable', edges, from: 'b' }, { order: ['b', 'c'] }],
    [{ operation: 'spanning-tree', edges: edges.slice(0, 3), directed: false }, { length: 5 }],
    [
      { operation: 'degrees', edges: edges.slice(0, 1) },
      {
        degrees: [
          { node: 'a', in: 0, out: 1 },
          { node: 'b', in: 1, out: 0 },
        ],
      },
    ],
  ])('answers %.70j', async (input, expected) => {
    const answer = await shop.call<{ groups?: string[][] }>('graph', input);
    if (answer.groups !== undefined) answer.groups = answer.groups.map((group) => [...group].sort());
    const sorted =
      'groups' in expected ? { groups: (expected.groups as string[][]).map((group) => [...group].sort()) } : expected;
    expect(answer).toMatchObject(sorted);
  });

  it('takes nodes with the names of prototypes for nodes', async () => {
    const input = {
      operation: 'shortest-path',
      edges: [
        { from: '__proto__', to: 'constructor' },
        { from: 'constructor', to: 'toString' },
      ],
      from: '__proto__',
      to: 'toString',
    };
    expect(await shop.call('graph', input)).toEqual({ path: ['__proto__', 'constructor', 'toString'], length: 2 });
  });

  it('goes through the longest chain, and the longest circle', async () => {
    const chain = Array.from({ length: 10_000 }, (_, i) => ({ from: `n${i}`, to: `n${i + 1}` }));
    const names = Array.from({ length: 10_001 }, (_, i) => `n${i}`);
    const ask = (operation: string, edges = chain) =>
      shop.call('graph', { operation, edges, from: 'n0', to: 'n10000' });
    expect(await ask('shortest-path')).toEqual({ path: names, length: 10_000 });
    expect(await ask('sort', [...chain].reverse())).toEqual({ order: names });
    expect(await ask('reachable')).toEqual({ order: names });
    expect(await ask('components')).toEqual({ groups: [names] });
    expect(await ask('cycles')).toEqual({ groups: [] });
    const circle = [...chain.slice(0, -1), { from: 'n9999', to: 'n0' }];
    expect(await ask('cycles', circle)).toEqual({ groups: [names.slice(0, 10_000)] });
  });

  it('tells all nodes of as many edges as there may be', async () => {
    const edges = Array.from({ length: 10_000 }, (_, i) => ({ from: `a${i}`, to: `b${i}` }));
    const nodes = Array.from({ length: 10_000 }, (_, i) => `c${i}`);
    const answer = await shop.call<{ order: string[] }>('graph', { operation: 'sort', edges, nodes });
    expect(new Set(answer.order).size).toBe(30_000);
    const parts = await shop.call<{ groups: string[][] }>('graph', { operation: 'components', edges, nodes });
    expect(parts.groups).toHaveLength(20_000);
  });

  it('finds circles within each other, beside each other, and of one node', async () => {
    const edges = ['ab', 'bc', 'ca', 'bd', 'da', 'ce', 'ef', 'fe', 'fg', 'gg', 'hi'].map(([from, to]) => ({
      from,
      to,
    }));
    const { groups } = await shop.call<{ groups: string[][] }>('graph', { operation: 'cycles', edges });
    expect(groups.map((group) => [...group].sort().join('')).sort()).toEqual(['abcd', 'ef', 'g']);
  });

  it.each([
    [
      {
        operation: 'sort',
        edges: [
          { from: 'a', to: 'b' },
          { from: 'b', to: 'a' },
        ],
      },
      /TOOL_INPUT edges: there is no order: .* need each other/,
    ],
    [
      {
        operation: 'shortest-path',
        edges: [
          { from: 'a', to: 'b', weight: 1 },
          { from: 'b', to: 'a', weight: -2 },
        ],
        from: 'a',
        to: 'b',
      },
      /TOOL_INPUT edges: .*negative/,
    ],
    [{ operation: 'shortest-path', edges, from: 'a' }, /TOOL_INPUT to: this operation needs a node/],
    [{ operation: 'shortest-path', edges, from: 'a', to: 'z' }, /TOOL_INPUT to: there is no node 'z'/],
    [{ operation: 'spanning-tree', edges, directed: false }, /TOOL_INPUT edges: the graph is in several parts/],
    [{ operation: 'cycles', edges, directed: false }, /TOOL_INPUT directed/],
  ])('refuses %.60j', async (input, message) => {
    expect(await shop.failure('graph', input)).toMatch(message);
  });
});

describe('csv.parse', () => {
  it('takes more columns than a spreadsheet has', async () => {
    const names = Array.from({ length: 20_000 }, (_, i) => `c${i}`);
    expect(await shop.call('csv.parse', { text: `${names}\n` })).toMatchObject({ columns: names, problems: [] });
  });
});

describe('convert', () => {
  it.each([
    ['yaml', 'json', 'a: [1, 2]\nb: ~\n', '{\n  "a": [\n    1,\n    2\n  ],\n  "b": null\n}'],
    [
      'yaml',
      'ndjson',
      '[!!binary aGk=, !!set {a, b}, !!omap [{x: 1}], 2024-03-01]',
      '"aGk="\n["a","b"]\n{"x":1}\n"2024-03-01"\n',
    ],
    ['json', 'yaml', '["yes", "2024-03-01", "1_0", "plain"]', '- "yes"\n- "2024-03-01"\n- "1_0"\n- plain\n'],
    ['json', 'toml', '{"a": {"b": 1}}', '[a]\nb = 1\n'],
    ['toml', 'json', 'a = 2024-03-01T00:00:00Z', '{\n  "a": "2024-03-01T00:00:00.000Z"\n}'],
    ['csv', 'ndjson', 'a,b\n1,x\n', '{"a":1,"b":"x"}\n'],
    ['ndjson', 'csv', '{"a":1}\n{"b":2}\n', 'a,b\n1,\n,2'],
    ['html', 'text', '<h1>T</h1><p>a<br>b</p><script>x</script><ul><li>1<li>2</ul>', 'T\n\na\nb\n\n- 1\n\n- 2'],
    ['markdown', 'text', '**a** [b](http://c)', 'a b'],
  ])('%s to %s', async (from, to, text, expected) => {
    expect(await shop.call('convert', { from, to, text })).toEqual({ text: expected });
  });

  it('keeps a key __proto__ a key', async () => {
    for (const [from, text] of [
      ['json', '{"__proto__": {"x": 1}}'],
      ['yaml', '__proto__:\n  x: 1\n'],
      ['toml', '[__proto__]\nx = 1\n'],
    ] as const) {
      const { text: made } = await shop.call<{ text: string }>('convert', { from, to: 'json', text });
      expect(made).toContain('"__proto__"');
    }
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  it('bounds YAML that refers to itself over and over', async () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 12; i += 1)
      lines.push(
        `a${i}: &a${i} [${Array(9)
          .fill(`*a${i - 1}`)
          .join(', ')}]`,
      );
    expect(await shop.failure('convert', { from: 'yaml', to: 'json', text: lines.join('\n') })).toMatch(
      /Excessive alias count/,
    );
  });

  it('runs no entity of XML', async () => {
    const text = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>';
    expect(await shop.failure('convert', { from: 'xml', to: 'json', text })).toMatch(
      /TOOL_INPUT text: .*document type/,
    );
  });

  it.each<[string, unknown[]]>([
    [
      '<a>one <b>two</b> <c/> three</a>',
      [
        'one ',
        { name: 'b', attributes: {}, children: ['two'] },
        ' ',
        { name: 'c', attributes: {}, children: [] },
        ' three',
      ],
    ],
    [
      '\uFEFF<?xml version="1.0"?>\n<!DOCTYPE a SYSTEM "a.dtd">\n<!-- > -->\n<a>\r\n  <b/>\n</a>\n',
      [{ name: 'b', attributes: {}, children: [] }],
    ],
    ['<a>1 &lt; 2 &#x41;&#66;<![CDATA[<x> & ]]><!-- - -->!</a>', ['1 < 2 AB<x> & !']],
    ['<a> </a>', [' ']],
    ['<ns:a/>', []],
    [
      '<a><b x=\'&quot;\n>\' __proto__="y"/></a>',
      [{ name: 'b', attributes: JSON.parse('{"x":"\\" >","__proto__":"y"}'), children: [] }],
    ],
  ])('keeps what is in XML: %j', async (text, children) => {
    const { text: made } = await shop.call<{ text: string }>('convert', { from: 'xml', to: 'json', text });
    expect(JSON.parse(made).children).toEqual(children);
  });

  it.each([
    '<a>1</b>',
    '<a><b>1</a>',
    '<a><b>1</a></b>',
    '<a/><b/>',
    '</a>',
    '<a></a></a>',
    '<a x="1" x="2"/>',
    '<a x=1/>',
    '<a x="<"/>',
    '<a>',
    '<a',
    'x<a/>',
    '<a/>x',
    '<a>1 < 2</a>',
    '<a>b & c</a>',
    '<a>&nbsp;</a>',
    '<a>&#0;</a>',
    '<a><!-- </a>',
    '<a>]]></a>',
    '<![CDATA[x]]><a/>',
    '<!-- x -->',
    '',
  ])('refuses XML that is not well-formed: %s', async (text) => {
    expect(await shop.failure('convert', { from: 'xml', to: 'json', text })).toMatch(/^TOOL_INPUT text: /);
  });

  it('reads XML of any depth and length in time', async () => {
    const deep = `${'<a>'.repeat(100_000)}${'</a>'.repeat(100_000)}`;
    expect(await shop.failure('convert', { from: 'xml', to: 'json', text: deep })).toMatch(/^TOOL_INPUT/);
    const long = `<a ${' '.repeat(1_000_000)}${'&amp;'.repeat(100_000)}`;
    expect(await shop.failure('convert', { from: 'xml', to: 'json', text: long })).toMatch(/^TOOL_INPUT/);
  });

  it.each([
    [
      'json',
      'yaml',
      '{"a": "9007199254740993", "b": 9007199254740991, "c": -1.5e300}',
      'a: "9007199254740993"\nb: 9007199254740991\nc: -1.5e+300\n',
    ],
    ['yaml', 'json', 'a: 0x10\nb: 1_0\nc: &x [1]\nd: *x', '{"a":16,"b":"1_0","c":[1],"d":[1]}'],
    ['yaml', 'json', '', 'null'],
    ['yaml', 'json', '# nothing\n', 'null'],
    ['yaml', 'json', '1\n---\n2\n', '[1,2]'],
    ['yaml', 'toml', 'a: .inf\n', 'a = inf\n'],
    ['json', 'toml', '{"a": [{"b": null}, 1]}', 'a = [ {}, 1 ]\n'],
  ])('keeps each value, from %s to %s: %j', async (from, to, text, expected) => {
    const { text: made } = await shop.call<{ text: string }>('convert', { from, to, text });
    expect(to === 'json' ? JSON.stringify(JSON.parse(made)) : made).toBe(expected);
  });

  it.each([
    ['json', 'json', '[9007199254740993]', /TOOL_INPUT text: the number 9007199254740993 is too large/],
    ['ndjson', 'json', '1\n-123456789012345678901', /TOOL_INPUT text: the number -123456789012345678901/],
    ['json', 'yaml', '{"\\"1": 1e400}', /TOOL_INPUT text: the number 1e400/],
    ['yaml', 'json', 'a: [9007199254740993]', /TOOL_INPUT text: the number 9007199254740993/],
    ['yaml', 'json', 'a: .inf', /TOOL_INPUT to: 'a' is Infinity/],
    ['toml', 'ndjson', 'a = nan', /TOOL_INPUT to: 'a' is NaN/],
    ['json', 'toml', '{"a": {"b": [1, null]}}', /TOOL_INPUT to: TOML has no null, and a\.b\.1 is one/],
  ])('refuses a value that it would change, from %s to %s: %j', async (from, to, text, message) => {
    expect(await shop.failure('convert', { from, to, text })).toMatch(message);
  });

  it.each([
    [{ from: 'json', to: 'yaml', text: '{' }, /TOOL_INPUT text: /],
    [{ from: 'json', to: 'html', text: '{}' }, /TOOL_INPUT to: there is no way from json to html/],
    [{ from: 'json', to: 'toml', text: '[1]' }, /TOOL_INPUT to: TOML begins with a table/],
    [{ from: 'markdown', to: 'json', text: 'a' }, /TOOL_INPUT to: markdown can become html or text/],
    [{ from: 'csv', to: 'json', text: 'a\n"b' }, /TOOL_INPUT text: .*[Qq]uote/],
  ])('refuses %j', async (input, message) => {
    expect(await shop.failure('convert', input)).toMatch(message);
  });
});
