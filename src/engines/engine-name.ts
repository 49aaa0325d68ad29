import type { ScriptLanguage } from '../errors/stint-error.js';

/** The engines, by the folder they live in. */
export type EngineName = 'lua' | 'javascript';

/** Which engine runs a language. */
export function engineFor(language: ScriptLanguage): EngineName {
  return language === 'lua' ? 'lua' : 'javascript';
}
