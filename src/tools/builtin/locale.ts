import { wrongInput } from './refusal.js';

/** A language tag in canonical form. @throws StintError `TOOL_INPUT` if it is none */
export function languageTag(locale: string): string {
  try {
    return Intl.getCanonicalLocales(locale)[0] ?? 'en';
  } catch {
    throw wrongInput('locale', `'${locale}' is no language tag; give one such as en or de-DE`);
  }
}
