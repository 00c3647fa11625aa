/** When people and programs outside are told about a run, and whom the plan names to be told. */

/** In the order in which a run meets them. A plan names them; their names are an interface. */
export const HOOK_EVENTS = [
  'plan-validated',
  'preflight',
  'phase-start',
  'phase-end',
  'throttled',
  'gate-waiting',
  'gate-decided',
  'verify-mismatch',
  'before-cutover',
  'after-cutover',
  'before-reverse',
  'after-reverse',
  'success',
  'failure',
  'status',
] as const;
export type HookEvent = (typeof HOOK_EVENTS)[number];

/** A hook that fails here refuses what was to begin; everywhere else it is a warning. */
export type VetoEvent = Extract<HookEvent, `before-${string}`>;
export const VETO_EVENTS: readonly VetoEvent[] = ['before-cutover', 'before-reverse'];

/** One hook of a plan: a program or an address, never both. */
export type HookRule = {
  readonly on: readonly HookEvent[];
  /** What people are shown; the program or `webhook` when absent. */
  readonly name?: string;
  /** Program and arguments. */
  readonly run?: readonly string[];
  /** A reference; the address itself is often a secret. */
  readonly webhook?: string;
  /** A reference to what signs the message. */
  readonly secret?: string;
  /** For one call. */
  readonly timeoutMs: number;
  /** Between two calls for `status`. */
  readonly everyMs: number;
};

export const hookName = ({name, run}: Pick<HookRule, 'name' | 'run'>): string => name ?? run?.[0] ?? 'webhook';

/** Moments of which people are told in whole sentences; `before` is for a person to send, the others go with the events. */
export const ANNOUNCEMENTS = ['before', 'start', 'done', 'reversed'] as const;
export type Announcement = (typeof ANNOUNCEMENTS)[number];
/** Texts with `{words}` in them, instead of the ones that come with Crossfade. */
export type AnnouncementTexts = Readonly<Partial<Record<Announcement, string>>>;
/** What may stand in braces. */
export const ANNOUNCEMENT_WORDS = ['name', 'at', 'stall', 'window', 'reason'] as const;
