/**
 * One pass of a link that only watches: our own transactions are dropped, so that the log is not kept for nobody, and
 * any other write to a mapped table is an alarm (hazards §3.2 tripwire, H-107): on a closed side there can be none.
 */
import type {StreamEvent} from '../model/change.ts';
import {TerminalError} from '../model/errors.ts';
import type {Position} from '../model/position.ts';
import {nameOf} from '../model/table.ts';
import type {LinkOptions} from './link-options.ts';
import type {LinkProgress} from './link-progress.ts';

/** `from`: where the side was closed; what committed before it was carried over and is no alarm. */
export const runDropPass = async (options: LinkOptions, progress: LinkProgress, from: Position, signal: AbortSignal): Promise<void> => {
  await options.from.source.probeStream(options.direction, undefined);
  const watch = {options, progress, from, transaction: undefined as Open | undefined};
  for await (const events of options.from.source.changes(
    options.direction,
    from,
    options.mappings.map((mapping) => mapping.from),
    signal,
  )) {
    for (const event of events) take(watch, event);
  }
};

type Open = {readonly commit: Position; isOurs: boolean; foreign: string | undefined};
type Watch = {readonly options: LinkOptions; readonly progress: LinkProgress; readonly from: Position; transaction: Open | undefined};

const take = (watch: Watch, event: StreamEvent): void => {
  const {options, progress, transaction} = watch;
  if (event.type === 'begin') watch.transaction = {commit: event.commit, isOurs: false, foreign: undefined};
  else if (event.type === 'ours' && transaction) transaction.isOurs = true;
  else if (event.type === 'change' && transaction)
    transaction.foreign ??= event.change.kind === 'truncate' ? event.change.tables.map(nameOf).join(', ') : nameOf(event.change.table);
  else if (event.type === 'commit') endTransaction(watch, event.end);
  else if (event.type === 'idle' && !transaction) {
    options.from.source.acknowledge(options.direction, event.position);
    progress.moved(event.position, true);
  }
};

const endTransaction = (watch: Watch, end: Position): void => {
  const {options, progress, from, transaction} = watch;
  watch.transaction = undefined;
  if (transaction?.foreign && !transaction.isOurs && options.compare(transaction.commit, from) >= 0) {
    throw new TerminalError(
      `${options.from.side} is closed, and yet ${transaction.foreign} was written there by somebody else at ${transaction.commit}`,
      {code: 'CF-TGT-003', next: 'find who bypassed the fence (owners and superusers can), then compare with: crossfade verify'},
    );
  }
  options.from.source.acknowledge(options.direction, end);
  progress.moved(end, true);
};
