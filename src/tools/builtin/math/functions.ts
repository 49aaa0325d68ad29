import { wrongInput } from '../refusal.js';

export const CONSTANTS: Readonly<Record<string, number>> = {
  pi: Math.PI,
  tau: 2 * Math.PI,
  e: Math.E,
  phi: (1 + Math.sqrt(5)) / 2,
};

interface NumberFunction {
  /** How many arguments, at least and at most. */
  readonly takes: readonly [least: number, most: number];
  compute(...args: number[]): number;
}

const MANY = 1000;

const one = (compute: (x: number) => number): NumberFunction => ({ takes: [1, 1], compute });
const many = (compute: (...args: number[]) => number): NumberFunction => ({ takes: [1, MANY], compute });

export const FUNCTIONS: Readonly<Record<string, NumberFunction>> = {
  abs: one(Math.abs),
  sign: one(Math.sign),
  sqrt: one(Math.sqrt),
  cbrt: one(Math.cbrt),
  exp: one(Math.exp),
  ln: one(Math.log),
  log2: one(Math.log2),
  log10: one(Math.log10),
  log: {
    takes: [1, 2],
    compute: (x = 0, base = Math.E) => logarithm(x, base),
  },
  pow: { takes: [2, 2], compute: (x = 0, y = 0) => x ** y },
  mod: { takes: [2, 2], compute: modulo },
  sin: one(Math.sin),
  cos: one(Math.cos),
  tan: one(Math.tan),
  asin: one(Math.asin),
  acos: one(Math.acos),
  atan: one(Math.atan),
  atan2: { takes: [2, 2], compute: (y = 0, x = 0) => Math.atan2(y, x) },
  sinh: one(Math.sinh),
  cosh: one(Math.cosh),
  tanh: one(Math.tanh),
  degrees: one((x) => (x * 180) / Math.PI),
  radians: one((x) => (x * Math.PI) / 180),
  floor: one(Math.floor),
  ceil: one(Math.ceil),
  trunc: one(Math.trunc),
  round: { takes: [1, 2], compute: round },
  factorial: one(factorial),
  hypot: many(Math.hypot),
  min: many(Math.min),
  max: many(Math.max),
  sum: many((...args) => args.reduce((total, x) => total + x, 0)),
  mean: many((...args) => args.reduce((total, x) => total + x, 0) / args.length),
  gcd: { takes: [2, MANY], compute: (...args) => args.reduce(gcd) },
  lcm: {
    takes: [2, MANY],
    compute: (...args) => args.reduce((a, b) => (a === 0 && b === 0 ? 0 : Math.abs(a * b) / gcd(a, b))),
  },
};

function logarithm(x: number, base: number): number {
  if (base === Math.E) return Math.log(x);
  if (base === 10) return Math.log10(x);
  if (base === 2) return Math.log2(x);
  const quotient = Math.log(x) / Math.log(base);
  const whole = Math.round(quotient);
  return base ** whole === x && Math.abs(quotient - whole) < 1e-9 ? whole : quotient;
}

/** With the sign of the divisor, and exact: the remainder is. */
function modulo(x = 0, y = 0): number {
  const left = x % y;
  if (left === 0) return 0;
  return left < 0 !== y < 0 ? left + y : left;
}

export function factorial(x: number): number {
  if (!Number.isInteger(x) || x < 0 || x > 170) {
    throw wrongInput('expression', `the factorial of ${x} is asked for; there is one of whole numbers from 0 to 170`);
  }
  let product = 1;
  for (let i = 2; i <= x; i += 1) product *= i;
  return product;
}

/** Rounds the decimal text, not the binary value: 1.005 to two digits is 1.01. */
function round(x = 0, digits = 0): number {
  if (!Number.isInteger(digits) || Math.abs(digits) > 15) {
    throw wrongInput('expression', `round to ${digits} digits is asked for; it takes whole numbers from -15 to 15`);
  }
  const shift = (value: number, by: number) => {
    const [mantissa, exponent = '0'] = `${value}`.split('e');
    return Number(`${mantissa}e${Number(exponent) + by}`);
  };
  const shifted = shift(Math.abs(x), digits);
  // Too large to have any digits there.
  return Number.isFinite(shifted) ? Math.sign(x) * shift(Math.round(shifted), -digits) : x;
}

function gcd(a: number, b: number): number {
  if (!Number.isSafeInteger(a) || !Number.isSafeInteger(b)) {
    throw wrongInput('expression', `gcd and lcm take whole numbers, not ${Number.isSafeInteger(a) ? b : a}`);
  }
  let [x, y] = [Math.abs(a), Math.abs(b)];
  while (y > 0) [x, y] = [y, x % y];
  return x;
}
