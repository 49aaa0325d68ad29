import validator from 'validator';
import type { FORMATS } from './validator.js';

type Format = (typeof FORMATS)[number];

const TESTS: Readonly<Record<Format, (value: string) => boolean>> = {
  email: (value) => validator.isEmail(value),
  url: (value) => validator.isURL(value, { require_protocol: true, require_tld: false }),
  domain: (value) => validator.isFQDN(value),
  ip: (value) => validator.isIP(value),
  ipv4: (value) => validator.isIP(value, 4),
  ipv6: (value) => validator.isIP(value, 6),
  mac: (value) => validator.isMACAddress(value),
  port: (value) => validator.isPort(value),
  uuid: (value) => validator.isUUID(value),
  date: (value) => validator.isDate(value, { format: 'YYYY-MM-DD', strictMode: true }),
  datetime: (value) => validator.isISO8601(value, { strict: true, strictSeparator: true }),
  json: (value) => validator.isJSON(value, { allow_primitives: true }),
  jwt: (value) => validator.isJWT(value),
  base64: (value) => value !== '' && validator.isBase64(value),
  hex: (value) => validator.isHexadecimal(value),
  color: (value) => validator.isHexColor(value) || validator.isRgbColor(value) || validator.isHSL(value),
  integer: (value) => validator.isInt(value),
  number: (value) => validator.isFloat(value),
  boolean: (value) => validator.isBoolean(value),
  ascii: (value) => validator.isAscii(value),
  slug: (value) => validator.isSlug(value),
  semver: (value) => validator.isSemVer(value),
  'credit-card': (value) => validator.isCreditCard(value),
  iban: (value) => validator.isIBAN(value),
  bic: (value) => validator.isBIC(value),
  isbn: (value) => validator.isISBN(value),
  issn: (value) => validator.isISSN(value),
  ean: (value) => validator.isEAN(value),
  phone: (value) => validator.isMobilePhone(value, 'any', { strictMode: true }),
  locale: (value) => validator.isLocale(value),
  'mime-type': (value) => validator.isMimeType(value),
  'latitude-longitude': (value) => validator.isLatLong(value),
};

export function check({ format, values }: { format: Format; values: readonly string[] }) {
  const results = values.map((value) => ({ value, valid: TESTS[format](value) }));
  return { valid: results.every(({ valid }) => valid), results };
}
