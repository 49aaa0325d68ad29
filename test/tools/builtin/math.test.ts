import { describe, expect, it } from 'vitest';
import { workshop } from './workshop.js';

const shop = workshop();
const value = async (expression: string, variables?: Record<string, number>) =>
  (await shop.call<{ result: number }>('calculator', { expression, ...(variables && { variables }) })).result;

describe('calculator', () => {
  it.each([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['2 ^ 3 ^ 2', 512],
    ['-2 ^ 2', -4],
    ['2 ^ -1', 0.5],
    ['2 ** 3', 8],
    ['7 % 4 - -1', 4],
    ['3!!', 720],
    ['.5e1 + 0x10 + 0b11', 24],
    ['round(1.005, 2)', 1.01],
    ['round(-1234.5, -2)', -1200],
    ['round(-1e300, 15) / 1e300', -1],
    ['log(8, 2) + ln(e) + log10(1000)', 7],
    ['sum(1, 2, 3) / mean(1, 3)', 3],
    ['gcd(12, 18) + lcm(4, 6)', 18],
    ['  max( 1 ,2 )  ', 2],
    ['cos(pi)', -1],
  ])('computes %s', async (expression, result) => {
    expect(await value(expression)).toBeCloseTo(result, 12);
  });

  it.each([
    ['log(1000, 10)', 3],
    ['log(2^29, 2)', 29],
    ['log(125, 5)', 3],
    ['log(1/8, 2)', -3],
    ['log(3^39, 3)', 39],
    ['log(1, 7)', 0],
    ['mod(1e20, 3)', 1e20 % 3],
    ['mod(1e20, 7)', 1e20 % 7],
    ['mod(-7, 3)', 2],
    ['mod(7, -3)', -2],
    ['mod(-6, 3)', 0],
    ['mod(5.5, 2)', 1.5],
  ])('computes %s exactly', async (expression, result) => {
    expect(await value(expression)).toBe(result);
  });

  it('takes variables before constants', async () => {
    expect(await value('e * x', { e: 2, x: 21 })).toBe(42);
  });

  it.each([
    ['1 +', /it ends at 4 where a number, a name or \( is expected/],
    ['1 2', /there is '2' at 3 where an operator is expected/],
    ['(1', /it ends at 3 where \) is expected/],
    ['2 $ 3', /it has '\$' at 3/],
    ['sqrt(1, 2)', /sqrt \(at 1\) takes 1 arguments and got 2/],
    ['nope(1)', /there is no function 'nope' \(at 1\); there are abs/],
    ['x + 1', /nobody says what 'x' \(at 1\) is/],
    ['1 / 0', /its value is Infinity/],
    ['sqrt(-1)', /its value is NaN/],
    ['171!', /factorial of 171/],
    ['10 ^ 400', /its value is Infinity/],
  ])('says what is wrong with %s', async (expression, message) => {
    const failure = await shop.failure('calculator', { expression });
    expect(failure).toMatch(/^TOOL_INPUT /);
    expect(failure).toMatch(message);
  });

  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])('knows no name %s of objects', async (name) => {
    expect(await shop.failure('calculator', { expression: name })).toMatch(/^TOOL_INPUT .*nobody says/);
    expect(await shop.failure('calculator', { expression: `${name}(1)` })).toMatch(/^TOOL_INPUT .*no function/);
  });

  it.each([
    ['('.repeat(1000), /nested deeper/],
    ['-'.repeat(999) + 1, /nested deeper/],
    [`${'2^'.repeat(499)}2`, /nested deeper/],
    ['1'.repeat(1001), /must NOT have more than 1000/],
  ])('bounds what %.10s… takes', async (expression, message) => {
    expect(await shop.failure('calculator', { expression })).toMatch(message);
  });

  it.each([
    [{}, /expression is missing/],
    [{ expression: 7 }, /expression is 7/],
    [{ expression: '1', precision: 2 }, /input.precision is not known; known are expression, variables/],
  ])('refuses the input %j', async (input, message) => {
    expect(await shop.failure('calculator', input)).toMatch(message);
  });
});
