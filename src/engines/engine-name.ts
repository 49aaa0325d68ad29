import type { ScriptLanguage } from '../errors/stint-error.js';

/** The engines, by the folder they live in. */
export const ENGINE_NAMES = ['lua', 'javascript', 'module'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

/** Which engine runs a language. */
export function engineFor(language: ScriptLanguage): Exclude<EngineName, 'module'> {
  return language === 'lua' ? 'lua' : 'javascript';
}
