/**
 * One pass of a link that only watches: our own transactions are dropped, so that the log is not kept for nobody, and
 * any other write to what is moved is an alarm (hazards §3.2 tripwire, H-107): on a closed side there can be none.
 */
import type {Change, StreamEvent} from '../model/change.ts';
import {TerminalError} from '../model/errors.ts';
import type {Position} from '../model/position.ts';
import {nameOf} from '../model/table.ts';
import type {LinkOptions} from './link-options.ts';
import type {LinkProgress} from './link-progress.ts';
import {MappedChanges} from './mapped-changes.ts';

/** `from`: where the side was closed; what committed before it was carried over and is no alarm. */
export const runDropPass = async (options: LinkOptions, progress: LinkProgress, from: Position, signal: AbortSignal): Promise<void> => {
  const {source, side} = options.from;
  const place = progress.applied ?? from;
  const opened = await source.watchedFrom?.(options.direction, place);
  await source.probeStream(options.direction, opened);
  if (opened !== undefined && opened !== place)
    options.telemetry.note(`nobody can tell any more what was written to the closed ${side} since ${place}: it is watched from now on`);
  const mapped = new MappedChanges(options.mappings);
  const watch = {options, progress, from, mapped, transaction: undefined as Open | undefined};
  for await (const events of source.changes(
    options.direction,
    opened ?? place,
    options.mappings.map((mapping) => mapping.from),
    signal,
  )) {
    progress.flows();
    for (const event of events) take(watch, event);
  }
};

type Open = {readonly commit: Position; isOurs: boolean; foreign: string | undefined};
type Watch = {
  readonly options: LinkOptions;
  readonly progress: LinkProgress;
  readonly from: Position;
  readonly mapped: MappedChanges;
  transaction: Open | undefined;
};

const take = (watch: Watch, event: StreamEvent): void => {
  const {options, progress, transaction} = watch;
  if (event.type === 'begin') watch.transaction = {commit: event.commit, isOurs: false, foreign: undefined};
  else if (event.type === 'ours' && transaction) transaction.isOurs = true;
  else if (event.type === 'change' && transaction) transaction.foreign ??= foreign(watch, event.change);
  else if (event.type === 'commit') endTransaction(watch, event.end);
  else if (event.type === 'idle' && !transaction) {
    options.from.source.acknowledge(options.direction, event.position);
    progress.moved(event.position, true);
  }
};

const foreign = ({mapped}: Watch, change: Change): string | undefined => {
  if (!mapped.touches(change)) return undefined;
  return change.kind === 'truncate' ? change.tables.map(nameOf).join(', ') : nameOf(change.table);
};

const endTransaction = (watch: Watch, end: Position): void => {
  const {options, progress, from, transaction} = watch;
  watch.transaction = undefined;
  if (transaction?.foreign && !transaction.isOurs && options.compare(transaction.commit, from) >= 0) {
    throw new TerminalError(
      `${options.from.side} is closed, and yet ${transaction.foreign} was written there by somebody else at ${transaction.commit}`,
      {
        code: 'CF-TGT-003',
        next: 'find who bypassed the fence (owners and superusers can); then: crossfade verify --repair, crossfade resume',
      },
    );
  }
  options.from.source.acknowledge(options.direction, end);
  progress.moved(end, true);
};
