/** What an operator may change while a run goes on. It binds the run's own work only and never touches the data. */
export type Tuning = {
  /** Percent of the time in which no such work is begun: 0 is full speed, at 100 it stands still. */
  readonly throttle: Readonly<Record<ThrottledWork, number>>;
  /** Chunks copied at the same time; undefined: as many as the plan says. */
  readonly parallel: number | undefined;
  /** Bytes of the chunks that nobody has begun; absent: as the plan says. */
  readonly chunkBytes?: number;
  /** What counts instead of the limits of the plan's throttles, by their names; absent: nothing does. */
  readonly limits?: Readonly<Record<string, number | 'off'>>;
};

/** `copy` is everything that writes rows in bulk, a backfill too. The change stream is not among them: `pause` stops it. */
export type ThrottledWork = 'copy' | 'verify';

export const UNTUNED: Tuning = {throttle: {copy: 0, verify: 0}, parallel: undefined};

export type Unit = 'count' | 'percent' | 'size' | 'duration' | 'number';
type Limits = {readonly unit: Unit; readonly min: number; readonly max: number; readonly what: string};

const DAY_MS = 86_400_000;

/** The keys of `crossfade set`, named as the plan names them where the plan has them, each with its limits: bytes, milliseconds, percent or plain numbers. */
export const SETTINGS = {
  'load.parallel': {unit: 'count', min: 1, max: 64, what: 'chunks copied at the same time'},
  'load.chunk': {unit: 'size', min: 1024, max: 4 * 1024 ** 3, what: 'size of the chunks that are still to be copied'},
  'throttle.copy': {unit: 'count', min: 0, max: 100, what: 'percent of the time in which no chunk is copied'},
  'throttle.verify': {unit: 'count', min: 0, max: 100, what: 'percent of the time in which no range is compared'},
  'throttle.replica-lag': {unit: 'duration', min: 1, max: DAY_MS, what: 'how far replicas may be behind'},
  'throttle.connection-load': {unit: 'percent', min: 1, max: 100, what: 'share of the connections that may be in use'},
  'throttle.statement-latency': {unit: 'duration', min: 1, max: DAY_MS, what: 'how long a statement may take on the source'},
  'throttle.sql': {unit: 'number', min: -1e15, max: 1e15, what: "highest answer of the throttle's query"},
  'throttle.http': {unit: 'number', min: -1e15, max: 1e15, what: "highest answer of the throttle's address"},
  'throttle.schedule': {unit: 'number', min: 0, max: 0, what: 'off: work at any hour; plan: at those of the plan'},
} as const satisfies Readonly<Record<string, Limits>>;

export type Setting = keyof typeof SETTINGS;
/** `plan`: back to what the plan says. Both only of a throttle that the plan has. */
export type SettingValue = number | 'off' | 'plan';

export const isSetting = (key: string): key is Setting => Object.hasOwn(SETTINGS, key);

/** Of a setting that stands for the limit of a throttle of the plan: that one's name. */
export const throttleOf = (key: Setting): string | undefined =>
  key.startsWith('throttle.') && key !== 'throttle.copy' && key !== 'throttle.verify' ? key.slice('throttle.'.length) : undefined;
