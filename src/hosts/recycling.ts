/** After how many tasks, and at what age, a thread is replaced; `Infinity` for never. */
export interface Recycling {
  readonly tasks: number;
  readonly ageMs: number;
}
