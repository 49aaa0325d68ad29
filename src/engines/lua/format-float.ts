/** A float as Lua's `tostring` shows it: `%.14g`, with `.0` where it would look like an integer (lua_Number2str). */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const [mantissa = '0', exponent = '0'] = Math.abs(value).toExponential(13).split('e');
  const power = Number(exponent);
  const text =
    power < -4 || power >= 14 ? exponential(mantissa, power) : withoutZeros(Math.abs(value).toFixed(13 - power));
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  return `${sign}${text}${/^\d+$/.test(text) ? '.0' : ''}`;
}

function exponential(mantissa: string, power: number): string {
  return `${withoutZeros(mantissa)}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

function withoutZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
