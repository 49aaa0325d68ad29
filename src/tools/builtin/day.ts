/** Whether a text is a day of the calendar, written as YYYY-MM-DD. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  // A day that is too late in its month would be one of the next month.
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
