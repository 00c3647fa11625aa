/** What an operator may change while a run goes on. It binds the run's own work only and never touches the data. */
export type Tuning = {
  /** Percent of the time in which no such work is begun: 0 is full speed, at 100 it stands still. */
  readonly throttle: Readonly<Record<ThrottledWork, number>>;
  /** Chunks copied at the same time; undefined: as many as the plan says. */
  readonly parallel: number | undefined;
};

/** `copy` is everything that writes rows in bulk, a backfill too. The change stream is not among them: `pause` stops it. */
export type ThrottledWork = 'copy' | 'verify';

export const UNTUNED: Tuning = {throttle: {copy: 0, verify: 0}, parallel: undefined};

/** The keys of `crossfade set`, named as the plan names them where the plan has them, each with its limits. */
export const SETTINGS = {
  'load.parallel': {min: 1, max: 64, what: 'chunks copied at the same time'},
  'throttle.copy': {min: 0, max: 100, what: 'percent of the time in which no chunk is copied'},
  'throttle.verify': {min: 0, max: 100, what: 'percent of the time in which no range is compared'},
} as const;

export type Setting = keyof typeof SETTINGS;

export const isSetting = (key: string): key is Setting => Object.hasOwn(SETTINGS, key);
