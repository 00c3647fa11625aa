/** What the guardian says to people. */
import {bytes, duration} from '../model/amounts.ts';
import {type ErrorCode, TerminalError} from '../model/errors.ts';
import type {Side} from '../model/side.ts';
import type {Wait} from '../telemetry/telemetry.ts';
import type {Judgement} from './judgement.ts';
import type {Outlook} from './outlook.ts';

export type Ending = Extract<Judgement, 'stop for the disk' | 'stop for the slot' | 'drop'>;

/** `the disk of the target is nearly full: 12.0MiB left for data, ~2m00s at 100KiB/s`. */
export const outlookWords = (side: Side, {kind, what, level, leftBytes, bytesPerSecond, lastsMs}: Outlook): string => {
  const subject = kind === 'disk' ? `the disk of the ${side}` : `the log kept for the stream of the ${side}`;
  if (kind === 'age')
    return `${subject} ${level === 'well' ? 'is well' : STATES.age[level === 'soon' ? 'soon' : 'limit']}: ~${duration(lastsMs ?? 0)} left of ${what}`;
  const forecast = lastsMs === undefined ? '' : `, ~${duration(lastsMs)} at ${bytes(bytesPerSecond)}/s`;
  const state = level === 'well' ? 'is well' : level === 'soon' ? STATES[kind].soon : STATES[kind].limit;
  return `${subject} ${state}: ${bytes(leftBytes)} left ${kind === 'slot' ? 'of' : 'for'} ${what}${forecast}`;
};

const STATES = {
  age: {soon: 'will be too old', limit: 'is nearly too old'},
  slot: {soon: 'will reach its limit', limit: 'has nearly reached its limit'},
  disk: {soon: 'will be full', limit: 'is nearly full'},
} as const;

/** What is done about it, after the outlook. */
export const consequence = (judgement: Judgement): string => CONSEQUENCES[judgement];

const CONSEQUENCES: Readonly<Record<Judgement, string>> = {
  nothing: '',
  ease: '; comparing waits, so that the stream is read faster',
  hold: '; nothing is copied until there is room',
  'stop for the disk': '; the run stops',
  'stop for the slot': '; the run stops',
  drop: '; the stream is given up, so that the server goes on serving',
};

/** What `status` says while nothing is copied. */
export const roomWait = (side: Side, outlook: string, since: string): Wait => ({
  cause: `${outlook}, so nothing is copied`,
  since,
  owner: `whoever keeps the server of the ${side}`,
  next: {command: `make room on the ${side}`, why: 'the copy goes on by itself; crossfade explain CF-DISK-002'},
});

/** What `status` says while nothing comes through the relay. */
export const silenceWait = (silence: string, keptBytes: number | undefined, since: string): Wait => ({
  cause: `nothing comes from the source (${silence}), which keeps its log itself meanwhile${keptBytes === undefined ? '' : `: ${bytes(keptBytes)} so far`}`,
  since,
  owner: 'whoever runs Kafka and Kafka Connect; nothing is lost, and the stream goes on by itself',
  next: {
    command: 'crossfade doctor PLAN',
    why: 'says which of them answer; docs/runbook/retention.md tells how long the source can keep its log',
  },
});

export const endError = (judgement: Ending, side: Side, outlook: string): TerminalError =>
  new TerminalError(`${outlook}${consequence(judgement)}`, ENDS[judgement](side));

const ENDS = {
  'stop for the disk': (side: Side) => ({code: 'CF-DISK-002', next: `make room on the ${side}, then: crossfade resume`}),
  'stop for the slot': (side: Side) => ({
    code: 'CF-SLOT-001',
    next: `make room on the ${side}, or raise what limits its log (max_slot_wal_keep_size, binlog_expire_logs_seconds, retention.ms of the topic), then: crossfade resume`,
  }),
  drop: () => ({code: 'CF-SLOT-002', next: 'crossfade explain CF-SLOT-002'}),
} satisfies Record<Ending, (side: Side) => {readonly code: ErrorCode; readonly next: string}>;
