import { Liquid } from 'liquidjs';
import { reading } from '../refusal.js';

interface Question {
  readonly template: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly escape: boolean;
  readonly strict: boolean;
}

/** What a template may use: characters of source, milliseconds, and things made (array elements, characters of strings). */
const LIMITS = { parseLimit: 100_000, renderLimit: 4000, memoryLimit: 16_000_000 };

export function render({ template, data, escape: escapes, strict }: Question) {
  const liquid = new Liquid({
    ...LIMITS,
    ownPropertyOnly: true,
    strictVariables: strict,
    strictFilters: strict,
    dynamicPartials: false,
    // Nothing to include: neither files nor names.
    relativeReference: false,
    templates: {},
    ...(escapes ? { outputEscape: 'escape' as const } : {}),
  });
  return reading('template', () => ({ text: liquid.parseAndRenderSync(template, data) }));
}
