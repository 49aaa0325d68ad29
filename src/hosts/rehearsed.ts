/** The module of the rehearsal. */
export function rehearsed(): void {
  // To be loaded and called is all that it is for.
}
