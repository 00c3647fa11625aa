/** Whether a cutover could be taken back: for the gate `reverse-ready`, before the cutover and in the reverse window. */
import {isCoded, TerminalError} from '../model/errors.ts';
import type {Side} from '../model/side.ts';
import type {Link} from '../pipeline/replication.ts';
import {onTarget, wishesOf} from './assess.ts';
import type {PhaseContext} from './phase.ts';

type Run = Pick<PhaseContext, 'plan' | 'source' | 'target' | 'replication' | 'tables' | 'mapping'>;

/** One sentence each; empty when the way back works, as far as anybody can see from here. */
export const wayBackFaults = async (run: Run, openSide: Side): Promise<readonly string[]> =>
  openSide === 'source' ? notReady(run) : notRunning(run);

/** The reverse stream is made in the cutover, by what the target's server and the two roles allow now. */
const notReady = async ({plan: {plan}, source, target, tables, mapping}: Run): Promise<readonly string[]> => {
  const [from, wishes] = [await tables('source'), wishesOf(plan)];
  const there = onTarget(from, await mapping());
  const found = await target.catalog.findings('target', there, wishes);
  const grants = [...(await source.catalog.grants('source', from, wishes)), ...(await target.catalog.grants('target', there, wishes))];
  return [
    ...found.filter(({severity}) => severity === 'refuse').map(({object, reason}) => `${object} ${reason}`),
    ...grants.filter(({isHeld, isOptional}) => !isHeld && !isOptional).map(({statement}) => `missing: ${statement}`),
  ];
};

const notRunning = async ({replication}: Run): Promise<readonly string[]> => {
  const link = replication.link('reverse');
  if (!link || link.mode !== 'apply') return ['no reverse stream is running'];
  return [
    ...(link.parked > 0 ? [parkedWords(link)] : []),
    ...(link.strict ? [] : ['the reverse stream has still to pass what it read again']),
  ];
};

/** A cutover would leave their newest values behind. */
export const requireNoneParked = (link: Link): void => {
  if (link.parked === 0) return;
  throw new TerminalError(parkedWords(link), {code: 'CF-PARK-001', next: 'crossfade parked'});
};

/** That says nothing against any other row. */
export const saysParked = (error: unknown): boolean => isCoded(error) && error.code === 'CF-PARK-001';

const parkedWords = ({parked}: Link): string => `${parked} rows cannot go back (crossfade parked)`;
