/**
 * The C time functions behind `os.date` and `os.time`, on JavaScript's Date. `struct tm` is eleven
 * 32-bit words: sec, min, hour, mday, mon, year - 1900, wday, yday, isdst, gmtoff, zone.
 */
export interface Tm {
  readonly sec: number;
  readonly min: number;
  readonly hour: number;
  readonly mday: number;
  readonly mon: number;
  /** In full: 2026. */
  readonly year: number;
  readonly wday: number;
  readonly yday: number;
  readonly isdst: number;
  /** Seconds east of Greenwich. */
  readonly gmtoff: number;
}

const DAY = 86_400_000;
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = 'January February March April May June July August September October November December'.split(' ');

/** Reads a `struct tm` whose first word has this index. */
export function readTm(words: Int32Array, at: number): Tm {
  const word = (i: number): number => words[at + i] ?? 0;
  return {
    sec: word(0),
    min: word(1),
    hour: word(2),
    mday: word(3),
    mon: word(4),
    year: word(5) + 1900,
    wday: word(6),
    yday: word(7),
    isdst: word(8),
    gmtoff: word(9),
  };
}

/** Writes a `struct tm`; its zone is left alone. */
export function writeTm(words: Int32Array, at: number, tm: Tm): void {
  const { sec, min, hour, mday, mon, year, wday, yday, isdst, gmtoff } = tm;
  words.set([sec, min, hour, mday, mon, year - 1900, wday, yday, isdst, gmtoff], at);
}

/** `gmtime`: the moment, in milliseconds, as a calendar of Greenwich shows it. */
export function utcTm(ms: number): Tm {
  const date = new Date(ms);
  const year = date.getUTCFullYear();
  return {
    sec: date.getUTCSeconds(),
    min: date.getUTCMinutes(),
    hour: date.getUTCHours(),
    mday: date.getUTCDate(),
    mon: date.getUTCMonth(),
    year,
    wday: date.getUTCDay(),
    yday: Math.floor((ms - Date.UTC(year, 0, 1)) / DAY),
    isdst: 0,
    gmtoff: 0,
  };
}

/** `localtime`: the moment, in milliseconds, as a calendar of the process's time zone shows it. */
export function localTm(ms: number): Tm {
  const date = new Date(ms);
  const offset = date.getTimezoneOffset();
  const winter = Math.max(
    new Date(date.getFullYear(), 0, 1).getTimezoneOffset(),
    new Date(date.getFullYear(), 6, 1).getTimezoneOffset(),
  );
  return { ...utcTm(ms - offset * 60_000), isdst: offset < winter ? 1 : 0, gmtoff: -offset * 60 };
}

/** `mktime`: the moment, in milliseconds, of a local calendar time whose fields may be out of their ranges. */
export function fromLocalTm(tm: Tm): number {
  const date = new Date(2000, 0, 1, tm.hour, tm.min, tm.sec);
  // Not by the constructor, which takes the years 0 to 99 for 1900 to 1999.
  date.setFullYear(tm.year, tm.mon, 1);
  date.setDate(tm.mday);
  date.setHours(tm.hour, tm.min, tm.sec);
  return date.getTime();
}

/** `strftime` in the C locale, for the conversions that Lua lets through (C99, section 7.23.3.5). */
export function strftime(format: string, tm: Tm): string {
  return format.replace(/%[EO]?(.)/g, (_, conversion: string) => convert(conversion, tm));
}

function convert(conversion: string, tm: Tm): string {
  const expanded = COMPOSITE[conversion];
  if (expanded !== undefined) return strftime(expanded, tm);
  const simple = SIMPLE[conversion];
  return simple === undefined ? '' : simple(tm);
}

const COMPOSITE: Record<string, string | undefined> = {
  c: '%a %b %e %H:%M:%S %Y',
  D: '%m/%d/%y',
  F: '%Y-%m-%d',
  r: '%I:%M:%S %p',
  R: '%H:%M',
  T: '%H:%M:%S',
  x: '%m/%d/%y',
  X: '%H:%M:%S',
};

const SIMPLE: Record<string, ((tm: Tm) => string) | undefined> = {
  a: (tm) => (DAYS[tm.wday] ?? '?').slice(0, 3),
  A: (tm) => DAYS[tm.wday] ?? '?',
  b: (tm) => (MONTHS[tm.mon] ?? '?').slice(0, 3),
  B: (tm) => MONTHS[tm.mon] ?? '?',
  C: (tm) => pad(Math.floor(tm.year / 100)),
  d: (tm) => pad(tm.mday),
  e: (tm) => String(tm.mday).padStart(2),
  g: (tm) => pad(isoWeek(tm).year % 100),
  G: (tm) => String(isoWeek(tm).year),
  h: (tm) => (MONTHS[tm.mon] ?? '?').slice(0, 3),
  H: (tm) => pad(tm.hour),
  I: (tm) => pad(tm.hour % 12 || 12),
  j: (tm) => pad(tm.yday + 1, 3),
  m: (tm) => pad(tm.mon + 1),
  M: (tm) => pad(tm.min),
  n: () => '\n',
  p: (tm) => (tm.hour < 12 ? 'AM' : 'PM'),
  S: (tm) => pad(tm.sec),
  t: () => '\t',
  u: (tm) => String(tm.wday || 7),
  U: (tm) => pad(Math.floor((tm.yday + 7 - tm.wday) / 7)),
  V: (tm) => pad(isoWeek(tm).week),
  w: (tm) => String(tm.wday),
  W: (tm) => pad(Math.floor((tm.yday + 7 - ((tm.wday + 6) % 7)) / 7)),
  y: (tm) => pad(((tm.year % 100) + 100) % 100),
  Y: (tm) => String(tm.year),
  z: (tm) => {
    const minutes = Math.abs(Math.trunc(tm.gmtoff / 60));
    return `${tm.gmtoff < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}${pad(minutes % 60)}`;
  },
  Z: (tm) => (tm.gmtoff === 0 ? 'GMT' : ''),
  '%': () => '%',
};

function pad(value: number, width = 2): string {
  return String(value).padStart(width, '0');
}

/** The week of ISO 8601: it belongs to the year that its Thursday is in. */
function isoWeek(tm: Tm): { year: number; week: number } {
  const thursday = new Date(Date.UTC(2000, 0, 1));
  thursday.setUTCFullYear(tm.year, 0, 1 + tm.yday + 4 - (tm.wday || 7));
  const year = thursday.getUTCFullYear();
  const first = new Date(Date.UTC(2000, 0, 1));
  first.setUTCFullYear(year, 0, 1);
  return { year, week: 1 + Math.floor((thursday.getTime() - first.getTime()) / (7 * DAY)) };
}
