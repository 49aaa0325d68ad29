import { DateTime } from 'luxon';
import { languageTag } from '../locale.js';
import { wrongInput } from '../refusal.js';

type Unit = 'years' | 'months' | 'weeks' | 'days' | 'hours' | 'minutes' | 'seconds' | 'milliseconds';

const UNITS: readonly string[] = ['years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds', 'milliseconds'];

interface Question {
  readonly operation: 'now' | 'read' | 'add' | 'difference' | 'start' | 'end';
  readonly value?: string;
  readonly pattern?: string;
  readonly zone: string;
  readonly until?: string;
  readonly unit: Unit;
  readonly duration?: Readonly<Record<string, number>>;
  readonly format?: string;
  readonly locale: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export function compute(asked: Question) {
  const question = { ...asked, locale: languageTag(asked.locale) };
  const { operation, unit, until } = question;
  const start = operation === 'now' ? inZone(DateTime.fromMillis(question.now), question) : read(question, 'value');
  if (operation !== 'difference') return described(moved(start, question, unit), question);
  if (until === undefined) throw wrongInput('until', 'difference needs a second time here');
  return { ...described(start, question), difference: read(question, 'until').diff(start, unit).as(unit) };
}

function moved(start: DateTime, { operation, duration }: Question, unit: Unit): DateTime {
  if (operation === 'start') return start.startOf(singular(unit));
  if (operation === 'end') return start.endOf(singular(unit));
  if (operation !== 'add') return start;
  if (duration === undefined) throw wrongInput('duration', 'add needs one, such as { "days": 1 }');
  const unknown = Object.keys(duration).find((name) => !UNITS.includes(name));
  if (unknown !== undefined)
    throw wrongInput('duration', `there is no unit '${unknown}'; there are ${UNITS.join(', ')}`);
  return start.plus(duration);
}

function read(question: Question, name: 'value' | 'until'): DateTime {
  const text = question[name];
  if (text === undefined) throw wrongInput(name, `${question.operation} needs a time here`);
  const { pattern, zone, locale } = question;
  const options = { zone, locale };
  const ways = [
    () => DateTime.fromISO(text, options),
    () => DateTime.fromRFC2822(text, options),
    () => DateTime.fromSQL(text, options),
  ];
  if (pattern !== undefined) ways.splice(0, ways.length, () => DateTime.fromFormat(text, pattern, options));
  // Eight digits are the date that ISO 8601 writes so, if there is one.
  else if (/^-?\d{5,}$/.test(text)) {
    ways.splice(/^\d{8}$/.test(text) ? 1 : 0, 0, () => DateTime.fromMillis(Number(text), options));
  }
  let why = '';
  for (const way of ways) {
    const time = way();
    if (time.isValid) return time;
    why ||= time.invalidExplanation ?? '';
  }
  throw wrongInput(name, `cannot read '${text}' as a time${why === '' ? '' : `: ${why}`}`);
}

function inZone(time: DateTime, { zone, locale }: Question): DateTime {
  const moved = time.setZone(zone);
  if (!moved.isValid)
    throw wrongInput('zone', `there is no time zone '${zone}'; give one such as Europe/Berlin or UTC+2`);
  return moved.setLocale(locale);
}

function described(time: DateTime, { format, locale }: Question) {
  const iso = time.toISO();
  if (iso === null) throw wrongInput('value', 'the result is outside of what a calendar can say');
  const local = time.setLocale(locale);
  const written = format === undefined ? local.toLocaleString(DateTime.DATETIME_FULL) : local.toFormat(format);
  const { weekday, weekNumber, ordinal } = time;
  return {
    iso,
    unixMs: time.toMillis(),
    zone: time.zoneName ?? 'UTC',
    weekday,
    week: weekNumber,
    dayOfYear: ordinal,
    text: written,
  };
}

function singular(unit: Unit) {
  return unit.slice(0, -1) as 'year' | 'month' | 'week' | 'day' | 'hour' | 'minute' | 'second' | 'millisecond';
}
