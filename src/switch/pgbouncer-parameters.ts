/** Which settings of one server a PgBouncer sets on the next one (H-110). */

export type Tracking = {
  /** As `SHOW VERSION` has it: `PgBouncer 1.18.0`. */
  readonly version: string;
  /** The setting `track_extra_parameters`; empty before 1.20, which has none. */
  readonly extra: string;
};

/** The first that tracks whatever the server reports. */
const TRACKS_ALL = {major: 1, minor: 26};

/** `foreign`: what the next server does not know. A version that cannot be read is taken for one that tracks all. */
export function carriedOver({version, extra}: Tracking, foreign: readonly string[]): readonly string[] {
  const [, major, minor] = /(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined || minor === undefined) return foreign;
  if (Number(major) > TRACKS_ALL.major || Number(minor) >= TRACKS_ALL.minor) return foreign;
  const tracked = extra.split(',').map((name) => name.trim().toLowerCase());
  return foreign.filter((name) => tracked.includes(name.toLowerCase()));
}
