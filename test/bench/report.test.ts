import { describe, expect, it } from 'vitest';
import { atMost, exactly } from '#stint/bench/measurement';
import { benchPage } from '#stint/bench/report/bench-page';
import { html, jsonFor } from '#stint/bench/report/html';
import { openPage } from '#stint/bench/report/page';
import { soakPage } from '#stint/bench/report/soak-page';
import type { Results } from '#stint/bench/results';
import { rowOf } from '#stint/bench/row';
import type { SoakResults } from '#stint/bench/run-soak';
import { verdictOf } from '#stint/monitor/index';

const EVIL = '</script><img src=x onerror=alert(1)>';

const results: Results = {
  format: 'stint-bench',
  version: 1,
  quick: true,
  at: '2026-01-02T03:04:05.000Z',
  tookMs: 1000,
  runs: 3,
  machine: { cpu: EVIL, cores: 2, memoryMb: 2048, system: 'linux' },
  versions: { stint: '0.1.0', node: '20.20.0' },
  suites: [
    {
      name: 'calls',
      title: 'Calls',
      about: EVIL,
      runs: 3,
      failures: [{ run: 2, message: EVIL }],
      rows: [
        rowOf(
          [1, 2, 3].map((i) => ({
            id: 'a',
            title: EVIL,
            unit: 'us',
            better: 'lower',
            values: [i, i * 2, i * 3],
            targets: [atMost('p50', 1, 'x')],
          })),
        ),
        rowOf(
          [1, 2, 3].map(() => ({
            id: 'b',
            title: 'b',
            unit: 'us',
            better: 'lower',
            values: [1, 2],
            targets: [atMost('p50', 9, 'x')],
          })),
        ),
        rowOf(
          [1, 2, 3].map(() => ({
            id: 'c',
            title: 'c',
            unit: 'count',
            better: 'lower',
            values: [1],
            targets: [exactly(1, 'x')],
          })),
        ),
      ],
    },
  ],
  met: 2,
  missed: 1,
};

describe('the report of a benchmark', () => {
  it('holds all that it needs: nothing is fetched', () => {
    const page = openPage()(benchPage(results));
    // What the library's own code says about URLs is no request; the policy forbids it anyway.
    const markup = page.replaceAll(/<script>[\s\S]*?<\/script>/g, '');
    expect(markup).not.toMatch(/<[a-z][^>]*\ssrc=|<script|<link|@import|url\(/i);
    expect(page).toContain("default-src 'none'");
    expect(page.match(/<figure data-chart/g)).toHaveLength(3);
  });

  it('shows texts as texts, whatever is in them', () => {
    const page = openPage()(benchPage(results));
    expect(page).not.toContain(EVIL);
    expect(page).not.toContain('<img');
    expect(page).toContain('&#60;img src=x');
    expect(page.match(/<script>/g)).toHaveLength(page.match(/<\/script>/g)?.length ?? -1);
  });

  it('names the targets that were missed, with what was measured', () => {
    const { text } = benchPage(results).body;
    expect(text).toContain('Missed targets');
    expect(text).toMatch(/p50 ≤ 1 µs<\/td><td class="n">3 µs/);
    expect(benchPage({ ...results, suites: [] }).body.text).not.toContain('Missed targets');
  });
});

describe('the report of a soak', () => {
  it('shows what grows first', () => {
    const grows = Array.from({ length: 20 }, (_, x) => [x, x] as const);
    const rests = Array.from({ length: 20 }, (_, x) => [x, 5] as const);
    const limit = { rate: 0, total: 1 };
    const soak = {
      ...results,
      file: EVIL,
      cycles: 20,
      warmup: 5,
      leaking: ['descriptors'],
      unavailable: [],
      collected: true,
      series: {
        threads: { unit: 'count', points: rests, ...verdictOf(rests, limit) },
        descriptors: { unit: 'count', points: grows, ...verdictOf(grows, limit) },
      },
    } as unknown as SoakResults;
    const { body, charts } = soakPage(soak);
    expect(body.text.indexOf('descriptors</h3>')).toBeLessThan(body.text.indexOf('threads</h3>'));
    expect(body.text).not.toContain(EVIL);
    expect(charts).toMatchObject([
      { kind: 'series', leaks: true, slope: 1 },
      { kind: 'series', leaks: false, slope: 0 },
    ]);
  });
});

describe('html', () => {
  it('escapes what is put into it, but not HTML, and joins lists', () => {
    expect(html`<p title="${'"'}">${['<', html`<b>${1}</b>`]}${false}${undefined}</p>`.text).toBe(
      '<p title="&#34;">&#60;<b>1</b></p>',
    );
    expect(jsonFor({ a: '</script>' }).text).toBe('{"a":"\\u003c/script>"}');
  });
});
