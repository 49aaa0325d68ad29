/** What takes what comes over a {@link Wire}. */
export interface WireListener {
  message(text: string): void;
  /** Something came that is no message, and why. */
  unreadable(why: string): void;
  /** What waited to be sent has been sent. */
  drained(): void;
  /** Nothing more comes and nothing more can be sent. Told once. */
  closed(error: Error | undefined): void;
}

/** One connection that carries texts both ways. */
export interface Wire {
  /** Begins to tell what comes. */
  listen(listener: WireListener): void;
  send(text: string): void;
  /** Bytes that wait to be sent. */
  readonly unsent: number;
  /** Stops reading, so that the other end has to wait. */
  pause(): void;
  resume(): void;
  /** All that came has been answered: if nothing more can come, the wire ends. */
  rest(): void;
  /** Sends what waits, then closes; the other end has a second to take it. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
}
