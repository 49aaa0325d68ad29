import { languageTag } from '../locale.js';
import { wrongInput } from '../refusal.js';
import { changes } from './changes.js';
import { measure } from './measure.js';

interface Question {
  readonly text: string;
  readonly operation: 'measure' | keyof typeof changes;
  readonly width: number;
  readonly locale: string;
}

export function work({ text, operation, width, locale }: Question) {
  if (Intl.Segmenter.supportedLocalesOf(languageTag(locale)).length === 0) {
    throw wrongInput('locale', `nobody here knows the language '${locale}'`);
  }
  if (operation === 'measure') return { text, counts: measure(text, locale) };
  return { text: changes[operation](text, { width, locale }) };
}
