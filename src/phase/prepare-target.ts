/** Makes the target ready: schema without what the replay window forbids (R10), and closed to the application from the start. */
import {TerminalError} from '../model/errors.ts';
import {nameOf} from '../model/table.ts';
import {requireRoom} from './disk-room.ts';
import type {Phase, PhaseContext} from './phase.ts';
import {runPreData, setAside, undoSchema} from './target-schema.ts';

export const prepareTarget: Phase = {
  async run(context) {
    await context.steps.once('check-empty', () => requireEmpty(context));
    await context.steps.each('check-room', async () => requireRoom(context));
    const schema = await context.steps.once('schema-pre-data', () => runPreData(context));
    await context.steps.once('check-columns', () => requireFit(context));
    const {removed} = await context.steps.once('set-aside', () => setAside(context));
    await context.steps.once('close-target', async () => context.target.fence.closeFromStart(await context.tables('target')));
    await context.steps.once('route-source', async () => {
      const route = {epoch: 0, side: 'source', state: 'open', holdMs: undefined, readPercent: 0} as const;
      await Promise.all([context.source.control.writeRoute(route), context.target.control.writeRoute(route)]);
    });
    return {event: {type: 'done'}, evidence: {...schema, setAside: removed}};
  },
  /** The tables go with everything else that the schema files created; what was there before stays, empty and whole as it was. */
  async undo(context) {
    const {source, target, tables} = context;
    await undoSchema(context);
    await source.fence.remove(await tables('source'));
    await target.fence.remove(await tables('target'));
    await target.target.dropSchema();
  },
};

const requireEmpty = async (context: PhaseContext): Promise<void> => {
  const filled = await context.target.target.nonEmpty(await context.tables('target'));
  if (filled.length)
    throw new TerminalError(`these tables of the target have rows already: ${filled.map(nameOf).join(', ')}`, {
      code: 'CF-TGT-001',
      next: 'empty them, or take another database as target',
    });
};

/** Everything that does not fit is said at once; what would not come back is refused here where assess could not see the target's types. */
const requireFit = async (context: PhaseContext): Promise<void> => {
  const [sources, targets, mapping] = [await context.tables('source'), await context.tables('target'), await context.mapping()];
  const there = new Set(targets.map((table) => nameOf(table.name)));
  const missing = sources.map((table) => nameOf(mapping.targetName(table.name))).filter((name) => !there.has(name));
  const refusals = mapping.findings(sources, targets).filter(({severity}) => severity === 'refuse');
  const faults = [
    ...missing.map((name) => `${name} is missing`),
    ...refusals.map(({object, reason}) => (reason.includes(object) ? reason : `${object} ${reason}`)),
  ];
  if (!faults.length) return;
  const isLoss = !missing.length && refusals.every(({code}) => code === 'CF-MAP-002');
  throw new TerminalError(`the target's tables do not fit:\n  ${faults.join('\n  ')}`, {
    code: isLoss ? 'CF-MAP-002' : 'CF-TGT-004',
    next: isLoss ? 'set reverse.allowLoss: true in the plan if that may be lost' : 'correct the pre-data schema file, or the mapping',
  });
};
