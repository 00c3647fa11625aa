/** The order of reads on which every comparison rests (hazards §4.2). */
import type {Bracket, Compare} from '../engine/engine.ts';
import type {Key} from '../model/change.ts';
import {TerminalError} from '../model/errors.ts';
import type {Position} from '../model/position.ts';
import type {Direction} from '../model/side.ts';
import type {TouchedKeys} from '../model/stream-evidence.ts';
import {nameOf, type Table} from '../model/table.ts';
import type {VerifyRequest} from './verifier.ts';

/** One pass over a request: `memory` is there exactly when the sides are in use. */
export type Pass = {
  readonly request: VerifyRequest;
  readonly memory: TouchedKeys | undefined;
  /** Counted as it goes. */
  readonly effort: {waits: number; retries: number; held: number};
};

export const noEffort = (): Pass['effort'] => ({waits: 0, retries: 0, held: 0});

/** Memory starts before the first read of the pass, or an event in between could be missed. */
export const withMemory = async <T>(request: VerifyRequest, act: (pass: Pass) => Promise<T>): Promise<T> => {
  const memory = await request.evidence?.remember(request.signal);
  try {
    return await act({request, memory, effort: noEffort()});
  } finally {
    memory?.stop();
  }
};

type Read = {readonly bracket: Bracket};

/**
 * The sending side first, then the wait until the receiving side has applied all the first read could have seen, then
 * the receiving side: so whatever is there too little was lost, unless an event after the first read explains it.
 */
export const readBoth = async <T extends Read>(
  {request, memory, effort}: Pass,
  read: (compare: Compare, applied: Direction | undefined) => Promise<T>,
): Promise<{readonly from: T; readonly to: T}> => {
  const {from: sending, to: receiving, evidence, signal, direction} = request;
  signal.throwIfAborted();
  if (!evidence || !memory) {
    const [from, to] = await Promise.all([read(sending.compare, undefined), read(receiving.compare, undefined)]);
    return {from, to};
  }
  const from = await read(sending.compare, undefined);
  effort.waits += 1;
  await evidence.reached(from.bracket.after, signal);
  return {from, to: await read(receiving.compare, direction)};
};

/** Whether the stream explains that these two reads of a key differ: (min(L1, R), max(L2, R)], and what the snapshot missed (R11). */
export const isExplained = (
  {request, memory}: Pass,
  table: Table,
  key: Key,
  {from, to}: {readonly from: Read; readonly to: Read},
): boolean => {
  if (!memory) return false;
  const applied = to.bracket.applied;
  if (applied === undefined) throw cannotCompare(table, 'the receiving side does not say how far it is');
  const {bracket} = from;
  const [start, end] = [earlier(request, bracket.before, applied), later(request, bracket.after, applied)];
  return memory.touched(table.name, key, start, end, (transaction) => bracket.sees(transaction));
};

/** Whether a change of this key had committed when it was read on the sending side, and could not be seen yet. */
export const isPending = ({memory}: Pass, table: Table, key: Key, {bracket}: Read): boolean =>
  memory?.pending(table.name, key, bracket.before, (transaction) => bracket.sees(transaction)) ?? false;

const earlier = ({compare}: VerifyRequest, a: Position, b: Position): Position => (compare(a, b) <= 0 ? a : b);
const later = ({compare}: VerifyRequest, a: Position, b: Position): Position => (compare(a, b) >= 0 ? a : b);

export const cannotCompare = (table: Table, why: string): TerminalError =>
  new TerminalError(`${nameOf(table.name)} could not be compared: ${why}`, {
    code: 'CF-VERIFY-002',
    next: 'see to the reason, then verify again',
  });
