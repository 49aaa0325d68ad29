/** Something open that a script holds by number. */
export class Handle {
  readonly kind: 'connection' | 'listener';
  readonly id: number;
  /** Of a listener: the port it got. */
  readonly port?: number;

  constructor(kind: 'connection' | 'listener', id: number, port?: number) {
    this.kind = kind;
    this.id = id;
    if (port !== undefined) this.port = port;
  }
}
