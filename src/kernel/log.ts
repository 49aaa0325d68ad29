/** The levels of RFC 5424, as the Model Context Protocol has them; the least important first. */
export const LOG_LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'] as const;

/** How important a message of the log is. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Whether who wants to hear of `wanted` and worse wants to hear of `level`. */
export function isLoud(level: LogLevel, wanted: LogLevel | undefined): boolean {
  return wanted !== undefined && LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(wanted);
}
