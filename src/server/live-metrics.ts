/** The numbers of the newest runner. They stand still when it is gone: `crossfade_report_age_seconds` says how old they are. */
import type {Figure, GaugeName, Room, SideUsage} from '../telemetry/telemetry.ts';
import type {Metric, SeenRun} from './metrics.ts';

const gauge = (name: string, help: string, of: GaugeName, unit = 1): Metric => ({
  name,
  help,
  samples({report}: SeenRun) {
    const value = report?.gauges[of];
    return value === undefined ? [] : [{value: value / unit}];
  },
});

const room = (name: string, help: string, of: (room: Room) => number | undefined): Metric => ({
  name,
  help,
  labels: ['side', 'kind', 'what'],
  samples: ({report}) =>
    (report?.room ?? []).flatMap((one) => {
      const value = of(one);
      return value === undefined ? [] : [{value, labels: {side: one.side, kind: one.kind, what: one.what}}];
    }),
});

const usage = (name: string, help: string, of: (usage: SideUsage) => number | undefined): Metric => ({
  name,
  help,
  labels: ['side'],
  samples: ({report}) =>
    (report?.usage ?? []).flatMap((one) => {
      const value = of(one);
      return value === undefined ? [] : [{value, labels: {side: one.side}}];
    }),
});

/** The last word of a window is not the present. */
const figure = (name: string, help: string, of: (figure: Figure) => number | undefined): Metric => ({
  name,
  help,
  labels: ['figure'],
  samples: ({report, state}) =>
    (state.reverseWindow ? (report?.figures ?? []) : []).flatMap((one) => {
      const value = of(one);
      return value === undefined ? [] : [{value, labels: {figure: one.name}}];
    }),
});

export const ageSeconds = (at: string, now: Date): number => Math.max(0, now.getTime() - Date.parse(at)) / 1000;

export const LIVE_METRICS: readonly Metric[] = [
  {
    name: 'crossfade_report_age_seconds',
    help: 'Since the runner last said its numbers; it does so every second',
    samples: ({report, state, now}) => (report === undefined || state.isFinal ? [] : [{value: ageSeconds(report.at, now)}]),
  },
  gauge('crossfade_lag_seconds', 'How far the stream is behind the side that serves', 'lagMs', 1000),
  gauge('crossfade_backlog_bytes', 'Log of the serving side that is still to be applied', 'backlogBytes'),
  gauge('crossfade_rows_copied', 'Rows that the copy has brought', 'rowsCopied'),
  gauge('crossfade_rows_expected', 'Rows to copy, by an estimate of the server', 'rowsTotal'),
  gauge('crossfade_chunks_copied', 'Chunks of the copy that are done', 'chunksDone'),
  gauge('crossfade_chunks_expected', 'Chunks of the copy', 'chunksTotal'),
  gauge('crossfade_changes_applied', 'Changes of the stream that this runner has applied', 'changesApplied'),
  gauge('crossfade_rows_compared', 'Rows compared by the comparison under way', 'rowsVerified'),
  gauge('crossfade_rereads', 'Rows that are to be read again before the target is exact', 'rereads'),
  gauge('crossfade_parked_rows', 'Rows that the closed side cannot hold and that were left out: the way back is closed', 'parkedRows'),
  {
    name: 'crossfade_wait_seconds',
    help: 'How long the longest wait for somebody else has lasted: a lock, a server that does not answer; no sample without one',
    samples: ({report, now}) => (report?.waits ?? []).slice(0, 1).map(({since}) => ({value: ageSeconds(since, now)})),
  },
  room(
    'crossfade_room_bytes',
    'What is left before the server gives the stream up (slot) or nobody can write (disk)',
    ({leftBytes}) => leftBytes,
  ),
  room('crossfade_room_ratio', 'The same as a share of all there is, 0 to 1', ({leftShare}) => leftShare),
  room('crossfade_room_seconds', 'How long that lasts at the speed of the last minute; no sample while it does not shrink', ({lastsMs}) =>
    lastsMs === undefined ? undefined : lastsMs / 1000,
  ),
  usage(
    'crossfade_connections_ratio',
    'Connections of all clients, as a share of what the server lets ordinary ones have, 0 to 1',
    ({connectionsShare}) => connectionsShare,
  ),
  usage(
    'crossfade_statement_longest_seconds',
    'The longest statement that runs now, our own not counted; no sample where the role may not see those of others',
    ({longestStatementMs: ms}) => (ms === undefined ? undefined : ms / 1000),
  ),
  usage(
    'crossfade_cache_hit_ratio',
    'Pages found in the memory of the server between two looks, 0 to 1; no sample while nothing was read',
    ({cacheHitShare}) => cacheHitShare,
  ),
  {
    name: 'crossfade_clients_left_behind',
    help: 'Sessions of applicationRoles on the source while the target serves: what they write is refused; no sample where they are not counted',
    samples: ({report, state}) => (state.reverseWindow && report?.leftBehind !== undefined ? [{value: report.leftBehind}] : []),
  },
  figure(
    'crossfade_application_figure',
    'A figure of afterSwitch.watch, in its own unit; no sample while it cannot be measured, nor without a way back',
    ({value}) => value,
  ),
  figure('crossfade_application_limit', 'The limit that the plan gives that figure', ({max}) => max),
  figure('crossfade_application_measured', '1 while that figure can be measured', ({value}) => (value === undefined ? 0 : 1)),
];
