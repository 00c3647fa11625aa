/** What a look at a side's server brings: what stands in the way, and which rights are held. */

/** A thing the engine cannot move, or a condition it needs and does not find. */
export type Finding = {
  readonly severity: 'refuse' | 'warn' | 'info';
  readonly code: string;
  readonly object: string;
  readonly reason: string;
  readonly next: string;
};

/** A right that the role of a side's url needs. */
export type Grant = {
  /** The first phase that needs it. */
  readonly phase: string;
  /** To be run as it stands, in that database, by an administrator. */
  readonly statement: string;
  readonly why: string;
  readonly isHeld: boolean;
  /** Without it Crossfade works and can say less. */
  readonly isOptional: boolean;
};
