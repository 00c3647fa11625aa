export type ServerIdentity = {
  /** Changes when another server answers at the same address. */
  readonly systemId: string;
  readonly version: number;
  readonly versionText: string;
  readonly role: string;
  readonly database: string;
  /** What holds one set of Crossfade's own tables, so that a migration's two sides cannot share it. */
  readonly room: 'database' | 'server';
};

/** Where the one is, the other one is too: a server may have room for one only. */
export const isOnePlace = (a: ServerIdentity, b: ServerIdentity): boolean =>
  a.systemId === b.systemId && (a.room === 'server' || a.database === b.database);

/** Settings a server tells every client at login. Poolers carry them from one server to another (H-110). */
export interface ReportedParameters {
  reported(): Promise<readonly string[]>;
  /** Those of `names` that this server does not know, so that setting them is an error. */
  unknown(names: readonly string[]): Promise<readonly string[]>;
}
