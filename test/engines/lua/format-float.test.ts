import { expect, test } from 'vitest';
import { formatFloat } from '#stint/engines/lua/format-float';
import { resultOf } from './run-lua.js';

test('a float is shown as tostring of Lua shows it', () => {
  const floats = [-0, 0.1, 1.5, -2.25, 1e14, 1e15, 123456789012345.6, 1e-4, 1e-5, 2 ** 70, 1e308, 5e-324, 1 / 3];
  const infinities = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 1; i < 200; i += 1) floats.push(i / 7, (i * 1e10) / 3, 10 ** (i - 100) * 1.25);
  const script = 'local t = {} for i, v in ipairs(arg[1]) do t[i] = tostring(v * 1.0) end return t';
  expect([...floats, ...infinities].map(formatFloat)).toEqual(resultOf(script, { args: [[...floats, ...infinities]] }));
});
