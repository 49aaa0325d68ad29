import { describe, expect, it } from 'vitest';
import { workshop } from './workshop.js';

const shop = workshop();

describe('text', () => {
  it.each([
    ['upper', 'straße', 'STRASSE'],
    ['title', 'hello big WORLD', 'Hello Big World'],
    ['sentence', '  hello world', '  Hello world'],
    ['snake', 'XMLHttpRequest v2', 'xml_http_request_v_2'],
    ['kebab', 'fooBar baz', 'foo-bar-baz'],
    ['pascal', 'foo_bar', 'FooBar'],
    ['constant', 'foo bar', 'FOO_BAR'],
    ['slug', 'Ünïcode & more', 'unicode-more'],
    ['slug', 'Größe Straße Øl Łódź', 'grosse-strasse-ol-lodz'],
    ['slug', 'ŒUVRE Þing İstanbul ﬁne x²', 'oeuvre-thing-istanbul-fine-x-2'],
    ['slug', 'Привет, Йод! 日本語 हिन्दी', 'привет-йод-日本語-हिन्दी'],
    ['squeeze', '  a \n\t b ', 'a b'],
    ['reverse', 'a👨‍👩‍👧b', 'b👨‍👩‍👧a'],
    ['sort', 'b\na\r\nä\nc', 'a\nä\nb\nc'],
    ['sort', 'b\na\n', 'a\nb\n'],
    ['sort', 'b\r\n\r\na\r\n', '\r\na\r\nb\r\n'],
    ['sort', '', ''],
    ['unique', 'a\nb\na', 'a\nb'],
    ['unique', 'a\r\nb\r\na\r\n', 'a\r\nb\r\n'],
    ['wrap', 'a  b\r\nc\r\n', 'a b\r\nc\r\n'],
    ['strip-accents', 'Ærø crème', 'Ærø creme'],
  ])('%s makes of %j %j', async (operation, text, expected) => {
    expect(await shop.call('text', { operation, text })).toEqual({ text: expected });
  });

  it('cuts and wraps by width', async () => {
    expect(await shop.call('text', { operation: 'truncate', text: 'abcdef', width: 4 })).toEqual({ text: 'abc…' });
    expect(await shop.call('text', { operation: 'truncate', text: 'abcd', width: 4 })).toEqual({ text: 'abcd' });
    expect(await shop.call('text', { operation: 'wrap', text: 'aa bb cc', width: 5 })).toEqual({ text: 'aa bb\ncc' });
  });

  it('counts as readers do', async () => {
    const { counts } = await shop.call<{ counts: object }>('text', {
      operation: 'measure',
      text: 'Hé 👍🏽.\n\nTwo words!',
    });
    expect(counts).toEqual({
      characters: 17,
      bytes: 25,
      words: 3,
      sentences: 2,
      lines: 3,
      paragraphs: 2,
      readingSeconds: 1,
    });
  });

  it.each([
    ['a\r\nb\r\nc', 1],
    ['a\r\n\r\nb', 2],
    ['a\n \n\n\nb\n\n', 2],
    ['a\r\rb', 2],
    ['', 0],
  ])('counts the paragraphs of %j', async (text, paragraphs) => {
    expect(await shop.call('text', { operation: 'measure', text })).toMatchObject({ counts: { paragraphs } });
  });

  it.each([
    [{ operation: 'shout', text: 'a' }, /operation is 'shout'; it must be one of 'measure'/],
    [{ operation: 'upper', text: 'a', locale: 'not a locale' }, /locale: 'not a locale' is no language tag/],
    [{ operation: 'wrap', text: 'a', width: 0 }, /width is 0; it must be >= 1/],
  ])('refuses %j', async (input, message) => {
    expect(await shop.failure('text', input)).toMatch(message);
  });

  it('is linear in long texts', async () => {
    for (const operation of ['squeeze', 'slug', 'camel', 'trim', 'wrap', 'measure']) {
      await shop.call('text', { operation, text: ' '.repeat(200_000) });
    }
  });
});

describe('regex', () => {
  it('replaces by groups, names and the whole match', async () => {
    const input = {
      operation: 'replace',
      text: 'ab cd',
      pattern: '(?<first>\\w)(\\w)',
      replacement: '[$2$<first>$&$$$9]',
    };
    expect(await shop.call('regex', input)).toEqual({ truncated: false, text: '[baab$$9] [dccd$$9]' });
  });

  it.each(['[$1]', '[$2]', '[$0]', '[$01]', '[$10]', '[$12]', '[$99]', '[$<x>]', '$', '$$1', '$<'])(
    'replaces by %j as JavaScript does',
    async (replacement) => {
      for (const pattern of ['b', '(b)', '(?<x>b)|(y)', '(a)(b)(c)()()()()()()()(d)']) {
        const input = { operation: 'replace', text: 'abcd', pattern, replacement };
        const expected = 'abcd'.replace(new RegExp(pattern, 'g'), replacement.replace("$'", "$$'"));
        expect(await shop.call('regex', input)).toEqual({ truncated: false, text: expected });
      }
    },
  );

  it('says whether there are more', async () => {
    const matched = await shop.call<{ matches: unknown[]; truncated: boolean }>('regex', {
      operation: 'match',
      text: 'aaa',
      pattern: 'a',
      limit: 2,
    });
    expect(matched.truncated).toBe(true);
    expect(matched.matches).toHaveLength(2);
    expect(await shop.call('regex', { operation: 'split', text: 'a,b,c', pattern: ',', limit: 2 })).toEqual({
      truncated: true,
      parts: ['a', 'b'],
    });
  });

  it('ends an expression that would take for ever, and goes on with the next', async () => {
    const input = { operation: 'match', text: `${'a'.repeat(40)}!`, pattern: '^(a+)+$' };
    await expect(shop.registry.call('regex', input, { policy: shop.policy, timeout: 200 })).rejects.toMatchObject({
      code: 'TIMEOUT',
    });
    expect(await shop.call('regex', { ...input, pattern: 'a$' })).toEqual({ truncated: false, matches: [] });
  });

  it.each([
    [{ operation: 'match', text: 'a', pattern: '(' }, /TOOL_INPUT pattern: Invalid regular expression/],
    [{ operation: 'match', text: 'a', pattern: 'a', flags: 'g' }, /flags is 'g'/],
    [{ operation: 'match', text: 'a', pattern: '' }, /pattern is ''/],
    [
      { operation: 'replace', text: 'a'.repeat(100_000), pattern: 'a', limit: 10_000, replacement: 'b'.repeat(10_000) },
      /TOOL_INPUT replacement: it makes the text longer/,
    ],
  ])('refuses %.80j', async (input, message) => {
    expect(await shop.failure('regex', input)).toMatch(message);
  });
});

describe('diff', () => {
  it('shows lines, words, characters and a patch', async () => {
    const lines = await shop.call<{ added: number; removed: number; patch: string }>('diff', {
      before: 'a\nb\n',
      after: 'a\nc\nd\n',
    });
    expect(lines).toMatchObject({ added: 2, removed: 1, equal: false });
    expect(lines.patch).toContain('@@ -1,2 +1,3 @@');
    expect(await shop.call('diff', { before: 'ab', after: 'b', by: 'characters' })).toMatchObject({
      removed: 1,
      added: 0,
    });
    expect(await shop.call('diff', { before: 'a', after: 'a' })).toMatchObject({ equal: true });
  });

  it('has no change in the patch that is none', async () => {
    const answer = await shop.call<{ equal: boolean; patch: string }>('diff', {
      before: 'a\n b \nc\n',
      after: 'a \nb\r\nc\n',
      ignoreWhitespace: true,
    });
    expect(answer.equal).toBe(true);
    expect(answer.patch).not.toContain('@@');
  });

  it('ends with its call, however different the texts are', async () => {
    const noise = (seed: number) =>
      Array.from({ length: 60_000 }, (_, i) => ((i * seed) % 7919).toString(36)).join('\n');
    const call = shop.registry.call(
      'diff',
      { before: noise(7), after: noise(13) },
      { policy: shop.policy, timeout: 300 },
    );
    await expect(call).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  it.each([
    [{ before: 'a' }, /after is missing/],
    [{ before: 'a', after: 'b', by: 'sentences' }, /by is 'sentences'/],
    [{ before: 'a', after: 'b', name: 'a\nb' }, /name is/],
  ])('refuses %j', async (input, message) => {
    expect(await shop.failure('diff', input)).toMatch(message);
  });
});

describe('template', () => {
  it('has loops, conditions and filters', async () => {
    const template = "{% if n > 1 %}{{ list | join: '-' | upcase }}{% endif %}";
    expect(await shop.call('template', { template, data: { n: 2, list: ['a', 'b'] } })).toEqual({ text: 'A-B' });
  });

  it.each([
    '{{ constructor }}',
    '{{ name.constructor }}',
    '{{ name.constructor.constructor }}',
    '{{ __proto__ }}',
    '{{ list.map.constructor }}',
    "{{ name['__proto__'] }}",
  ])('does not reach the host by %s', async (template) => {
    const data = { name: 'x', list: [1] };
    expect(await shop.call('template', { template, data, strict: false })).toEqual({ text: '' });
    expect(await shop.failure('template', { template, data })).toMatch(/^TOOL_INPUT template: undefined variable/);
  });

  it.each(["{% include '/etc/passwd' %}", "{% render '../../package.json' %}", "{% layout 'x' %}"])(
    'includes nothing by %s',
    async (template) => {
      expect(await shop.failure('template', { template, data: {} })).toMatch(/^TOOL_INPUT template: /);
    },
  );

  it.each([
    '{% for i in (1..100000000) %}x{% endfor %}',
    "{% for i in (1..10000) %}{% for j in (1..10000) %}{{ 'x' | append: 'y' }}{% endfor %}{% endfor %}",
  ])('bounds %s', async (template) => {
    expect(await shop.failure('template', { template, data: {} })).toMatch(/^(TOOL_INPUT template: .*limit|TIMEOUT)/);
  });

  it.each([
    [{ template: '{{ a', data: {} }, /TOOL_INPUT template: .*not closed/],
    [{ template: '{{ a | shout }}', data: { a: 1 } }, /TOOL_INPUT template: undefined filter: shout/],
    [{ template: '{% while %}', data: {} }, /TOOL_INPUT template: tag "while" not found/],
    [{ template: 'a' }, /data is missing/],
  ])('refuses %j', async (input, message) => {
    expect(await shop.failure('template', input)).toMatch(message);
  });
});

describe('validator', () => {
  it.each([
    ['email', ['a@b.co'], ['a@b', 'a b@c.co']],
    ['url', ['https://example.com/a?b'], ['example.com', 'javascript:alert(1)']],
    ['ip', ['127.0.0.1', '::1'], ['1.2.3', '1.2.3.256']],
    ['uuid', ['2ed6657d-e927-568b-95e1-2665a8aea6a2'], ['2ed6657d']],
    ['credit-card', ['4242424242424242'], ['4242424242424241']],
    ['date', ['2024-02-29'], ['2023-02-29', '29.02.2024']],
    ['isbn', ['978-3-16-148410-0'], ['978-3-16-148410-1']],
    ['semver', ['1.2.3-rc.1'], ['1.2']],
    ['json', ['[1]', '1'], ['{a:1}']],
    ['phone', ['+491701234567'], ['0170']],
    ['color', ['#fff', 'rgb(1,2,3)'], ['red!']],
  ])('knows %s', async (format, right, wrong) => {
    const { results } = await shop.call<{ results: { valid: boolean }[] }>('validator', {
      format,
      values: [...right, ...wrong],
    });
    expect(results.map(({ valid }) => valid)).toEqual([...right.map(() => true), ...wrong.map(() => false)]);
  });

  it.each([
    [{ format: 'e-mail', values: ['a'] }, /format is 'e-mail'/],
    [{ format: 'email', values: [] }, /values is \[\]/],
    [{ format: 'email', values: [1] }, /values\[0\] is 1/],
  ])('refuses %j', async (input, message) => {
    expect(await shop.failure('validator', input)).toMatch(message);
  });
});

describe('citation', () => {
  const source = {
    type: 'article',
    title: 'The title',
    authors: [
      { family: 'Lovelace', given: 'Ada' },
      { family: 'Babbage', given: 'Charles' },
      { family: 'Menabrea', given: 'Luigi' },
    ],
    year: 1843,
    container: 'Scientific Memoirs',
    volume: '3',
    pages: '666-731',
  };
  it.each([
    [
      'apa',
      'Lovelace, A., Babbage, C., & Menabrea, L. (1843). The title. Scientific Memoirs, 3, 666–731.',
      '(Lovelace et al., 1843)',
    ],
    ['mla', 'Lovelace, Ada, et al. “The title.” Scientific Memoirs, vol. 3, 1843, pp. 666–731.', '(Lovelace et al.)'],
    [
      'chicago',
      'Lovelace, Ada, Charles Babbage, and Luigi Menabrea. 1843. “The title.” Scientific Memoirs 3: 666–731.',
      '(Lovelace, Babbage, and Menabrea 1843)',
    ],
    [
      'ieee',
      '[1] A. Lovelace, C. Babbage, and L. Menabrea, “The title,” Scientific Memoirs, vol. 3, pp. 666–731, 1843.',
      '[1]',
    ],
  ])('writes %s', async (style, citation, inText) => {
    expect(await shop.call('citation', { style, ...source })).toEqual({ citation, inText });
  });

  const chapter = {
    ...{ type: 'chapter', title: 'Notes', authors: source.authors.slice(0, 1), year: 1843, container: 'Engines' },
    ...{ publisher: 'Taylor', pages: '1-9' },
  };
  const article = { ...source, authors: source.authors.slice(0, 2), issue: '2', publisher: 'Taylor' };
  const site = { type: 'website', title: 'Notes', url: 'https://example.com/', accessed: '2024-03-01' };
  it.each<[string, object, string]>([
    ['apa', chapter, 'Lovelace, A. (1843). Notes. In Engines (pp. 1–9). Taylor.'],
    ['apa', { ...chapter, pages: '7', volume: '2' }, 'Lovelace, A. (1843). Notes. In Engines (Vol. 2, p. 7). Taylor.'],
    ['apa', { ...chapter, pages: undefined }, 'Lovelace, A. (1843). Notes. In Engines. Taylor.'],
    ['apa', article, 'Lovelace, A., & Babbage, C. (1843). The title. Scientific Memoirs, 3(2), 666–731.'],
    [
      'mla',
      article,
      'Lovelace, Ada, and Charles Babbage. “The title.” Scientific Memoirs, vol. 3, no. 2, Taylor, 1843, pp. 666–731.',
    ],
    ['mla', site, '“Notes.” https://example.com/. Accessed 1 Mar. 2024.'],
    ['mla', { ...site, accessed: '2024-05-31' }, '“Notes.” https://example.com/. Accessed 31 May 2024.'],
    ['chicago', site, 'n.d. “Notes.” Accessed March 1, 2024. https://example.com/'],
  ])('writes %s: %j', async (style, cited, citation) => {
    const { pages, ...others } = cited as { pages?: string };
    const input = { style, ...others, ...(pages === undefined ? {} : { pages }) };
    expect(await shop.call('citation', input)).toMatchObject({ citation });
  });

  it('writes two names in the text without a comma', async () => {
    const { inText } = await shop.call<{ inText: string }>('citation', { style: 'chicago', ...article });
    expect(inText).toBe('(Lovelace and Babbage 1843)');
  });

  it('writes RIS, and TeX that is no command', async () => {
    expect((await shop.call<{ citation: string }>('citation', { style: 'ris', ...source })).citation).toMatch(
      /^TY {2}- JOUR\n.*\nAU {2}- Lovelace, Ada\n/s,
    );
    const { citation } = await shop.call<{ citation: string }>('citation', {
      style: 'bibtex',
      type: 'book',
      title: '100% \\input{x}\n}, note = {y',
    });
    expect(citation).toContain('title = {100\\% \\textbackslash{}input\\{x\\} \\}, note = \\{y}');
  });

  it.each([
    [{ style: 'apa', type: 'book' }, /title is missing/],
    [{ style: 'harvard', type: 'book', title: 'a' }, /style is 'harvard'/],
    [{ style: 'mla', type: 'book', title: 'a', accessed: '2024-13-45' }, /TOOL_INPUT accessed: there is no day/],
    [{ style: 'ris', type: 'book', title: 'a', accessed: '2023-02-29' }, /TOOL_INPUT accessed: there is no day/],
    [{ style: 'apa', type: 'book', title: 'a', doi: 'doi.org/x' }, /doi is 'doi.org\/x'/],
  ])('refuses %j', async (input, message) => {
    expect(await shop.failure('citation', input)).toMatch(message);
  });
});

describe('datetime', () => {
  it('knows the time of the call', async () => {
    const before = Date.now();
    const { unixMs } = await shop.call<{ unixMs: number }>('datetime', { operation: 'now', zone: 'Asia/Tokyo' });
    expect(unixMs).toBeGreaterThanOrEqual(before);
    expect(unixMs).toBeLessThanOrEqual(Date.now());
  });

  it.each([
    [
      { operation: 'read', value: '01.03.2024 12:00', pattern: 'dd.MM.yyyy HH:mm', zone: 'Europe/Berlin' },
      { iso: '2024-03-01T12:00:00.000+01:00' },
    ],
    [{ operation: 'read', value: 'Fri, 01 Mar 2024 12:00:00 GMT' }, { iso: '2024-03-01T12:00:00.000Z' }],
    [{ operation: 'read', value: '1709294400000', format: 'd LLLL', locale: 'de' }, { text: '1 März' }],
    [
      { operation: 'add', value: '2024-03-30T12:00:00', zone: 'Europe/Berlin', duration: { days: 1 } },
      { iso: '2024-03-31T12:00:00.000+02:00' },
    ],
    [{ operation: 'read', value: '20240115' }, { iso: '2024-01-15T00:00:00.000Z' }],
    [{ operation: 'read', value: '20249915' }, { unixMs: 20_249_915 }],
    [{ operation: 'start', value: '2024-02-15', unit: 'months' }, { iso: '2024-02-01T00:00:00.000Z' }],
    [
      { operation: 'end', value: '2024-02-15', unit: 'months' },
      { dayOfYear: 60, weekday: 4 },
    ],
    [{ operation: 'difference', value: '2024-01-01', until: '2025-01-01', unit: 'hours' }, { difference: 8784 }],
  ])('answers %j', async (input, expected) => {
    expect(await shop.call('datetime', input)).toMatchObject(expected);
  });

  it.each([
    [{ operation: 'read', value: 'yesterday' }, /TOOL_INPUT value: cannot read 'yesterday' as a time/],
    [{ operation: 'now', locale: 'not a locale' }, /TOOL_INPUT locale: 'not a locale' is no language tag/],
    [{ operation: 'now', zone: 'Mars/Olympus' }, /TOOL_INPUT zone: there is no time zone 'Mars\/Olympus'/],
    [
      { operation: 'add', value: '2024-01-01', duration: { fortnights: 1 } },
      /TOOL_INPUT duration: there is no unit 'fortnights'/,
    ],
    [{ operation: 'difference', value: '2024-01-01' }, /TOOL_INPUT until: /],
    [{ operation: 'add', value: '2024-01-01', duration: { years: 1e12 } }, /TOOL_INPUT value: the result is outside/],
  ])('refuses %j', async (input, message) => {
    expect(await shop.failure('datetime', input)).toMatch(message);
  });

  it('ends with its call, however its pattern is made', async () => {
    const input = { operation: 'read', value: `${'1'.repeat(99)}x`, pattern: 'd'.padEnd(50, "d''") };
    const call = shop.registry.call('datetime', input, { policy: shop.policy, timeout: 500 });
    await expect(call).rejects.toMatchObject({ code: expect.stringMatching(/TIMEOUT|TOOL_INPUT/) });
  });
});
