/** What follows from an outlook: who wins is the plan's, what helps depends on who receives and who is read. Pure. */
import type {KeptLog} from '../engine/engine.ts';
import type {Outlook} from './outlook.ts';

export type Circumstances = {
  /** Rows of this run are written there now. */
  readonly receives: boolean;
  /** The stream of this side is being read, so that what is kept can become less. */
  readonly isRead: boolean;
  readonly kept: KeptLog | undefined;
  readonly atLimit: 'dropSlot' | 'stop';
};

/**
 * `ease`: comparing waits, so that the stream has the servers for itself. `hold`: nothing more is copied there. `stop`:
 * the run ends before the server does, because of its disk or of the log kept there for the stream. `drop`: the stream
 * is given up, which ends the run for good.
 */
export type Judgement = 'nothing' | 'ease' | 'hold' | 'stop for the disk' | 'stop for the slot' | 'drop';

export const judge = (outlook: Outlook, circumstances: Circumstances): Judgement => {
  if (outlook.level === 'well') return 'nothing';
  return outlook.kind === 'disk' ? judgeDisk(outlook, circumstances) : judgeSlot(outlook, circumstances);
};

/** While it is read, only reading on can save it: to stop would make the loss certain. */
const judgeSlot = (outlook: Outlook, {isRead, kept}: Circumstances): Judgement => {
  if (outlook.level !== 'soon') return isRead ? 'ease' : 'stop for the slot';
  return isRead && isBehind(outlook, kept) ? 'ease' : 'nothing';
};

/** What is kept of a stream that keeps up; a server releases its log in steps. */
const KEPT_MS = 60_000;

/**
 * Whether less would be kept if the stream had the servers for itself. A limit or a disk may come into sight while the stream keeps up:
 * because of what others write, or of a copy that is over. Then to compare later would help nobody.
 */
const isBehind = ({bytesPerSecond}: Outlook, kept: KeptLog | undefined): boolean =>
  kept === undefined || kept.keptBytes * 1000 >= bytesPerSecond * KEPT_MS;

const judgeDisk = (outlook: Outlook, {receives, isRead, kept, atLimit}: Circumstances): Judgement => {
  const {what, leftBytes, level} = outlook;
  if (level === 'soon') return kept && isRead && isBehind(outlook, kept) ? 'ease' : 'nothing';
  // To give up a stream that keeps little would free little, and where the server keeps its log by its own rules nothing.
  if (what !== 'data' && kept && !kept.ownRules && kept.keptBytes >= leftBytes)
    return atLimit === 'dropSlot' ? 'drop' : 'stop for the slot';
  if (!receives) return 'nothing';
  return level === 'over' ? 'stop for the disk' : 'hold';
};
