/** After how many tasks, at what age, and with how much memory a thread or child process is replaced; `Infinity` for never. */
export interface Recycling {
  readonly tasks: number;
  readonly ageMs: number;
  /** Bytes that it holds when a task ends: a thread its heap and buffers, a child process all that is resident. */
  readonly memory: number;
}
