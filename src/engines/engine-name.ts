import type { ScriptLanguage } from '../errors/stint-error.js';

/** The engines, by the folder they live in. */
export const ENGINE_NAMES = ['lua', 'javascript', 'module'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

/** The engines that scripts run in: each has WebAssembly to be compiled. */
export type ScriptEngineName = Exclude<EngineName, 'module'>;

/** Which engine runs a language. */
export function engineFor(language: ScriptLanguage): ScriptEngineName {
  return language === 'lua' ? 'lua' : 'javascript';
}
