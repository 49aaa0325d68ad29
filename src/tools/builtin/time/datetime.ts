import { builtin } from '../builtin.js';
import { onThread } from '../on-thread.js';
import { integer, number, object, oneOf, record, text, withDefault } from '../schema.js';

const time = onThread<typeof import('./datetime-work.js')>('time/datetime-work.js');

export const UNITS = ['years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds', 'milliseconds'] as const;

export const datetime = builtin({
  name: 'datetime',
  description:
    'The time now; reads, formats and converts times between time zones; adds durations by the calendar; the difference of two times.',
  category: 'time',
  tags: ['date', 'clock', 'time zone', 'calendar', 'duration', 'format'],
  security: 'safe',
  input: object(
    {
      operation: oneOf(
        ['now', 'read', 'add', 'difference', 'start', 'end'],
        'now: the time of the call. read: value as it is, in zone. add: value plus duration. difference: from value until until, in unit. start, end: of the unit that value is in.',
      ),
    },
    {
      value: text(
        'A time in ISO 8601, RFC 2822 or SQL form, or as pattern says; milliseconds since 1970 as digits, but eight that are a date are that: 20240115.',
        {
          min: 1,
          max: 100,
        },
      ),
      pattern: text("How value is written, in Luxon's tokens, such as dd.MM.yyyy HH:mm.", { min: 1, max: 50 }),
      zone: withDefault('UTC', text('An IANA time zone such as Europe/Berlin, or UTC+2.', { min: 1, max: 60 })),
      until: text('For difference: the later time, written as value is.', { min: 1, max: 100 }),
      unit: withDefault('days', oneOf(UNITS, 'For difference, start and end.')),
      duration: record(
        number('How many; may be negative.', { min: -1e12, max: 1e12 }),
        'For add: { "months": 1, "days": -2 }.',
        8,
      ),
      format: text("How to write the result as text, in Luxon's tokens. Default: a long date and time in the locale.", {
        min: 1,
        max: 100,
      }),
      locale: withDefault('en-US', text('A language tag such as de-DE.', { min: 2, max: 35 })),
    },
  ),
  output: object(
    {
      iso: text('ISO 8601 with offset.'),
      unixMs: integer('Milliseconds since 1970 in UTC.', { min: -8.64e15, max: 8.64e15 }),
      zone: text('The time zone.'),
      weekday: integer('1 is Monday, 7 is Sunday.', { min: 1, max: 7 }),
      week: integer('The ISO week.', { min: 1, max: 53 }),
      dayOfYear: integer('From 1.', { min: 1, max: 366 }),
      text: text('As format and locale say.'),
    },
    { difference: number('For difference: in unit, with a fraction.') },
  ),
  examples: [
    {
      description: 'A month later, by the calendar',
      input: { operation: 'add', value: '2024-01-31T12:00:00Z', duration: { months: 1 }, format: 'yyyy-MM-dd' },
      check: (output) => (output as { text: string }).text === '2024-02-29',
    },
    {
      description: 'Days between two dates',
      input: { operation: 'difference', value: '2024-02-28', until: '2024-03-01' },
      check: (output) => (output as { difference: number }).difference === 2,
    },
    {
      description: 'Summer time in another zone',
      input: { operation: 'read', value: '2024-07-01T10:00:00Z', zone: 'Europe/Berlin' },
      check: (output) => (output as { iso: string }).iso === '2024-07-01T12:00:00.000+02:00',
    },
  ],
  handler: (input, context) => time(context, 'compute', { ...input, now: Date.now() }),
});
