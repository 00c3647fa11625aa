/** A database's address. Prints without its password, everywhere, so that no log or error can carry it. */
const SECRET = Symbol('secret');

export class DatabaseUrl {
  readonly [SECRET]: URL;
  constructor(text: string) {
    this[SECRET] = new URL(text);
  }
  /** With the password: for drivers only. */
  reveal(): string {
    return this[SECRET].href;
  }
  /** `postgres` of postgres://. */
  get scheme(): string {
    return this[SECRET].protocol.slice(0, -1);
  }
  /** As drivers read it, `?host=` counts more: the folder of a Unix socket is written so. */
  get host(): string {
    return this.parameter('host') ?? decodeURIComponent(this[SECRET].hostname);
  }
  get port(): string {
    return this.parameter('port') ?? this[SECRET].port;
  }
  get database(): string {
    return decodeURIComponent(this[SECRET].pathname.slice(1));
  }
  get user(): string {
    return decodeURIComponent(this[SECRET].username);
  }
  /** Loopback and Unix sockets need no TLS. */
  get isLocal(): boolean {
    return this.host.startsWith('/') || ['localhost', '127.0.0.1', '[::1]', '::1', ''].includes(this.host);
  }
  parameter(name: string): string | undefined {
    return this[SECRET].searchParams.get(name) ?? undefined;
  }
  toString(): string {
    const shown = new URL(this[SECRET].href);
    if (shown.password) shown.password = '***';
    for (const name of shown.searchParams.keys()) if (/pass|secret|key$/i.test(name)) shown.searchParams.set(name, '***');
    return shown.href;
  }
  toJSON(): string {
    return this.toString();
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}
