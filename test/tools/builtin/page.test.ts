import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it('docs/builtin-tools.md says what the tools say of themselves (npm run build && node scripts/write-tools-page.js)', async () => {
  const script = new URL('../../../scripts/write-tools-page.js', import.meta.url);
  const { toolsPage } = (await import(script.href)) as { toolsPage: () => string };
  const page = readFileSync(new URL('../../../docs/builtin-tools.md', import.meta.url), 'utf8');
  expect(page).toBe(toolsPage());
  expect(page).toContain('| `calculator` |');
});
