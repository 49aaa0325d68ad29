import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { providers } from '#stint/tools/builtin/web/search-providers';
import { serveHttp } from './local-services.js';
import { workshop } from './workshop.js';

const shop = workshop();
let url: string;
let text = 'one\ntwo';
const asked: string[] = [];

beforeAll(async () => {
  url = await serveHttp((request, response, body) => {
    asked.push(`${request.method} ${request.url}`);
    const html = (content: string | Buffer) => response.setHeader('content-type', 'text/html').end(content);
    switch (request.url) {
      case '/page':
        return html(`<!doctype html><html lang="de"><head><title> A &amp; B </title><base href="/base/"><meta name="Description" content="d">
          <meta property="__proto__" content="x"></head><body><h1>Head</h1><p>Some <b>text</b></p><script>no()</script>
          <a href="x?a=1&amp;b=2#frag">X</a><a href="x?a=1&b=2">again</a><a href="javascript:alert(1)">no</a><a href="mailto:a@b.c">no</a>
          <img src="/i.png" alt="pic"><pre>a  b\nc</pre><table><tr><td>1<td>2</table>`);
      case '/links':
        return html(
          '<a href="/ok">a</a><a href="/gone">b</a><a href="/no-head">c</a><a href="http://10.0.0.1/">d</a><a href="/redirect">e</a>',
        );
      case '/gone':
        return response.writeHead(410).end();
      case '/no-head':
        return response.writeHead(request.method === 'HEAD' ? 405 : 200).end();
      case '/redirect':
        return response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
      case '/api':
        return response.setHeader('x-Id', 'abc').end(JSON.stringify({ items: [{ id: 7, 'a/b': 1 }], got: body }));
      case '/changing':
        return html(`<p id="part">${text}</p><p>${Math.random()}</p>`);
      case '/index.xml':
        return response.end(
          '<sitemapindex><sitemap><loc>/index.xml</loc></sitemap><sitemap><loc>/packed.xml.gz</loc></sitemap><sitemap><loc>/gone</loc></sitemap></sitemapindex>',
        );
      case '/packed.xml.gz':
        return response.end(
          gzipSync(
            '<?xml version="1.0"?><urlset><url><loc> /a </loc></url><url><loc>javascript:1</loc></url></urlset>',
          ),
        );
      case '/bomb.xml.gz':
        return response.end(gzipSync(Buffer.alloc(60_000_000)));
      case '/meta':
        return html(
          Buffer.from('<title>Größe</title><!-- <meta charset="x"> --><META data-a=1 CharSet = ISO-8859-1 >', 'latin1'),
        );
      case '/http-equiv':
        return html(
          Buffer.from(
            `<title>ё</title><meta name="a" content="charset"><meta http-equiv="Content-Type" content="text/html; charset=utf-16">`,
          ),
        );
      case '/header':
        return response
          .setHeader('content-type', 'text/html; charset=utf-8')
          .end('<meta charset="iso-8859-1"><title>Größe</title>');
      case '/late':
        return html(`<title>Größe</title>${' '.repeat(1024)}<meta charset="iso-8859-1">`);
      case '/unknown':
        return html('<meta charset="klingon"><title>Größe</title>');
      case '/picture':
        return response.setHeader('content-type', 'image/png').end('x');
      default:
        return response.end('fine');
    }
  });
});

describe('url.analyze', () => {
  it('takes apart what it is given', async () => {
    expect(
      await shop.call('url.analyze', { url: '../x?a=1&a=2&fbclid=z#%', base: 'https://münchen.example:8443/a/b/c' }),
    ).toMatchObject({
      href: 'https://xn--mnchen-3ya.example:8443/a/x?a=1&a=2&fbclid=z#%',
      hostUnicode: 'münchen.example',
      port: 8443,
      parameters: [
        { name: 'a', value: '1' },
        { name: 'a', value: '2' },
        { name: 'fbclid', value: 'z' },
      ],
      clean: 'https://xn--mnchen-3ya.example:8443/a/x?a=1&a=2',
      fragment: '%',
    });
    expect(await shop.call('url.analyze', { url: 'http://0x7f.1/' })).toMatchObject({
      host: '127.0.0.1',
      isAddress: true,
    });
  });

  it.each([
    [{ url: 'not a url' }, /TOOL_INPUT url: Invalid URL/],
    [{ url: '' }, /url is ''/],
    [{ url: '/a', base: 'b' }, /TOOL_INPUT url: Invalid/],
  ])('refuses %j', async (input, message) => {
    expect(await shop.failure('url.analyze', input)).toMatch(message);
  });
});

describe('page.scrape', () => {
  it('gives what a reader sees, and links in full', async () => {
    const page = await shop.call<{ text: string; meta: object }>('page.scrape', {
      url: `${url}/page`,
      select: { cells: { selector: 'td' }, bold: { selector: 'p > b', attribute: 'html' } },
    });
    expect(page).toMatchObject({
      title: 'A & B',
      description: 'd',
      language: 'de',
      headings: [{ level: 1, text: 'Head' }],
      links: [{ url: `${url}/base/x?a=1&b=2`, text: 'X' }],
      images: [{ url: `${url}/i.png`, alt: 'pic' }],
      selected: { cells: ['1', '2'], bold: ['text'] },
    });
    expect(page.text).toBe('Head\n\nSome text\nXagainnono\na  b\nc\n\n1\t2');
    expect(Object.keys(page.meta)).toContain('__proto__');
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  it.each([
    ['/meta', 'Größe'],
    ['/http-equiv', 'ё'],
    ['/header', 'Größe'],
    ['/late', 'Größe'],
    ['/unknown', 'Größe'],
  ])('reads a page by the charset that it says: %s', async (path, title) => {
    expect(await shop.call('page.scrape', { url: url + path })).toMatchObject({ title });
  });

  it('ends with its call, however nested a page or a selector is', async () => {
    const html = '<div>'.repeat(100_000);
    const call = shop.registry.call(
      'page.scrape',
      { html, select: { a: { selector: 'div '.repeat(200) } } },
      { policy: shop.policy, timeout: 2000 },
    );
    const code = await call.then(
      () => 'done',
      (error: { code: string }) => error.code,
    );
    expect(['done', 'TIMEOUT', 'TOOL_FAILED']).toContain(code);
    expect(await shop.call('page.scrape', { html: '<title>next</title>' })).toMatchObject({ title: 'next' });
  });

  it.each([
    ['/gone', {}, /TOOL_FAILED .* answered 410/],
    ['/picture', {}, /TOOL_FAILED .* is image\/png, no page/],
    ['/redirect', {}, /PERMISSION_DENIED/],
    ['/page', { select: { a: { selector: 'p[' } } }, /TOOL_INPUT select.a: /],
    ['/page', { select: { a: 'p' } }, /select.a is 'p'/],
  ])('refuses %s %j', async (path, input, message) => {
    expect(await shop.failure('page.scrape', { url: url + path, ...input })).toMatch(message);
  });
});

describe('link.check', () => {
  it('tells what is broken, and asks by GET where HEAD is not known', async () => {
    asked.length = 0;
    const { broken, checked } = await shop.call<{ checked: number; broken: { url: string }[] }>('link.check', {
      url: `${url}/links`,
    });
    expect(checked).toBe(5);
    expect(broken).toEqual([
      { url: `${url}/gone`, status: 410, problem: 'it answers 410' },
      { url: 'http://10.0.0.1/', status: 0, problem: 'the policy does not permit its host' },
      { url: `${url}/redirect`, status: 0, problem: 'the policy does not permit its host' },
    ]);
    expect(asked).toContain('GET /no-head');
    expect(asked).not.toContain('GET /ok');
  });

  it('goes to links of the same host only, if that is wanted, and to so many', async () => {
    expect(await shop.call('link.check', { url: `${url}/links`, sameHost: true, limit: 1 })).toEqual({
      checked: 1,
      broken: [],
      truncated: true,
    });
  });

  it.each([
    [{ urls: [] }, /urls is \[\]/],
    [{ urls: ['javascript:alert(1)'] }, /urls\[0\] is 'javascript/],
    [{ urls: ['http://127.0.0.1/'], parallel: 1000 }, /parallel is 1000/],
  ])('refuses %j', async (input, message) => {
    expect(await shop.failure('link.check', input)).toMatch(message);
  });
});

describe('api.test', () => {
  it('compares status, headers, text and JSON', async () => {
    const expect1 = {
      status: 200,
      headers: { 'X-ID': 'ab' },
      contains: 'items',
      json: { '/items/0/id': 7, '/items/0/a~1b': 1 },
      within: 60_000,
    };
    expect(
      await shop.call('api.test', { tests: [{ url: `${url}/api`, method: 'POST', json: { a: 1 }, expect: expect1 }] }),
    ).toMatchObject({ passed: true });
  });

  it('says each thing that is not as expected', async () => {
    const wrong = {
      status: 201,
      headers: { 'x-none': 'a' },
      contains: 'nothing',
      json: { '/items/0/id': 8, '/constructor': 1 },
    };
    const { results } = await shop.call<{ results: { problems: string[] }[] }>('api.test', {
      tests: [{ url: `${url}/api`, expect: wrong }, { url: 'http://127.0.0.1:2/' }],
    });
    expect(results[0]?.problems).toEqual([
      'the status is 200, not 201',
      "the header x-none is undefined; it has to have 'a'",
      "the body has not 'nothing'",
      '/items/0/id is 7, not 8',
      '/constructor is undefined, not 1',
    ]);
    expect(results[1]).toMatchObject({ status: 0, passed: false });
  });

  it('tells of a host that is not permitted, and goes on', async () => {
    const tests = [{ url: 'http://10.0.0.1/' }, { url: `${url}/redirect` }, { url }];
    expect(await shop.call('api.test', { tests })).toMatchObject({
      passed: false,
      results: [
        { status: 0, passed: false, problems: ['the policy does not permit its host'] },
        { status: 0, passed: false, problems: ['the policy does not permit its host'] },
        { status: 200, passed: true, problems: [] },
      ],
    });
  });

  it('stops at the first that fails, if it is told so', async () => {
    const tests = [{ url: `${url}/gone`, expect: { status: 200 } }, { url }];
    expect((await shop.call<{ results: unknown[] }>('api.test', { tests, stop: true })).results).toHaveLength(1);
  });

  it.each([
    [{ tests: [] }, /tests is \[\]/],
    [{ tests: [{ url: 'http://127.0.0.1/', expect: { code: 200 } }] }, /expect.code is not known/],
  ])('refuses %j', async (input, message) => {
    expect(await shop.failure('api.test', input)).toMatch(message);
  });
});

describe('page.monitor', () => {
  it('sees changes of the part that counts, and no others', async () => {
    const look = (more: object) =>
      shop.call<{ fingerprint: string; text: string }>('page.monitor', {
        url: `${url}/changing`,
        selector: '#part',
        ...more,
      });
    const first = await look({});
    expect(await look({ fingerprint: first.fingerprint })).toMatchObject({ changed: false });
    text = 'one three';
    expect(await look({ fingerprint: first.fingerprint })).toMatchObject({ changed: true });
    expect(await look({ text: first.text })).toMatchObject({
      changed: true,
      added: ['one three'],
      removed: ['one two'],
    });
  });

  it.each([
    [{ selector: '[' }, /TOOL_INPUT selector/],
    [{ fingerprint: 'x' }, /fingerprint is 'x'/],
    [{ url: 'http://10.0.0.1/' }, /PERMISSION_DENIED/],
  ])('refuses %j', async (input, message) => {
    expect(await shop.failure('page.monitor', { url: `${url}/changing`, ...input })).toMatch(message);
  });
});

describe('sitemap.read and sitemap.write', () => {
  it('reads an index that names itself, packed files, and what is not there', async () => {
    expect(await shop.call('sitemap.read', { url: `${url}/index.xml` })).toEqual({
      sitemaps: [`${url}/index.xml`, `${url}/packed.xml.gz`],
      pages: [{ url: `${url}/a` }],
      truncated: false,
      problems: [`${url}/gone: it answered 410`],
    });
  });

  it('reads back what it writes', async () => {
    const { xml } = await shop.call<{ xml: string }>('sitemap.write', {
      pages: [{ url: 'https://example.com/?q="<&\'>"' }],
    });
    const many = Array.from({ length: 50_000 }, (_, n) => ({
      url: `https://example.com/page/${n}`,
      modified: '2024-03-01',
    }));
    expect((await shop.call<{ xml: string }>('sitemap.write', { pages: many })).xml).toContain('/page/49999<');
    expect(xml).not.toMatch(/<loc>[^<]*[<"'](?!\/loc)/);
  });

  it.each([
    ['sitemap.read', () => ({ url: `${url}/bomb.xml.gz` }), /TOOL_FAILED no sitemap was found: .*larger than/],
    ['sitemap.read', () => ({ url: `${url}/api.xml` }), /TOOL_FAILED no sitemap was found/],
    ['sitemap.read', () => ({ url: 'http://10.0.0.1/sitemap.xml' }), /PERMISSION_DENIED/],
    [
      'sitemap.write',
      () => ({ pages: [{ url: 'https://a.b/', modified: '2024-02-31' }] }),
      /TOOL_INPUT pages\[0\].modified: '2024-02-31' is no day/,
    ],
    ['sitemap.write', () => ({ pages: [] }), /pages is \[\]/],
    ['sitemap.write', () => ({ pages: [{ url: 'ftp://a.b/' }] }), /TOOL_INPUT pages\[0\].url: 'ftp/],
    [
      'sitemap.write',
      () => ({ pages: [{ url: 'https://a.b/', modified: '01.03.2024' }] }),
      /TOOL_INPUT pages\[0\].modified/,
    ],
    ['sitemap.write', () => ({ pages: [{ url: 'https://a.b/', priority: 2 }] }), /priority is 2/],
  ])('%s refuses what it cannot do (%#)', async (name, input, message) => {
    expect(await shop.failure(name, input())).toMatch(message);
  });
});

describe('web.search', () => {
  it('asks each provider as it wants to be asked, and reads its answer', () => {
    const question = { query: 'a b', limit: 3, key: 'KEY', server: 'http://s/x/' };
    expect(providers.brave.request(question)).toMatchObject({
      url: 'https://api.search.brave.com/res/v1/web/search?q=a+b&count=3',
      headers: { 'x-subscription-token': 'KEY' },
    });
    expect(providers.tavily.request(question)).toMatchObject({
      method: 'POST',
      headers: { authorization: 'Bearer KEY' },
      body: '{"query":"a b","max_results":3}',
    });
    expect(providers.serper.request(question)).toMatchObject({
      headers: { 'x-api-key': 'KEY' },
      body: '{"q":"a b","num":3}',
    });
    expect(providers.searxng.request(question)).toEqual({ url: 'http://s/x/search?q=a+b&format=json' });
    const result = { title: 'T', url: 'U', snippet: 'S' };
    expect(providers.brave.results({ web: { results: [{ title: 'T', url: 'U', description: 'S' }] } })).toEqual([
      result,
    ]);
    expect(providers.tavily.results({ results: [{ title: 'T', url: 'U', content: 'S' }] })).toEqual([result]);
    expect(providers.serper.results({ organic: [{ title: 'T', link: 'U', snippet: 'S' }] })).toEqual([result]);
    for (const answer of [null, 1, {}, { results: 1 }, { web: null }])
      expect(providers.brave.results(answer)).toEqual([]);
  });

  it.each([
    [{ query: 'a', provider: 'searxng' }, /TOOL_INPUT server: searxng needs one/],
    [{ query: 'a', provider: 'brave' }, /PERMISSION_DENIED .*BRAVE_API_KEY/],
    [{ query: 'a', provider: 'bing' }, /provider is 'bing'/],
    [{ query: 'a', provider: 'searxng', server: 'http://10.0.0.1/' }, /PERMISSION_DENIED/],
  ])('refuses %j', async (input, message) => {
    expect(await shop.failure('web.search', input)).toMatch(message);
  });

  it('says which variable has the key, when it is not set', async () => {
    const policy = { ...shop.policy, environment: ['SERPER_API_KEY'] };
    expect(await shop.failure('web.search', { query: 'a', provider: 'serper' }, policy)).toMatch(
      /TOOL_INPUT provider: serper needs a key; put it into .*SERPER_API_KEY/,
    );
  });
});
