/** The steps of a cutover, in either direction: `phase/cutover-attempt.ts` and `phase/cutover-finish.ts`. */
import {hookName} from '../model/hook.ts';
import {opposite, origin, type Direction} from '../model/side.ts';
import {canaryPaths} from '../plan/canary-paths.ts';
import {armBudgetMs} from '../phase/before-hold.ts';
import {fenceMs} from '../phase/cutover-attempt.ts';
import {step, tableCount, type OutlineStep} from './outline.ts';
import type {PlanFacts} from './plan-facts.ts';

export const cutoverSteps = async (facts: PlanFacts, direction: Direction): Promise<OutlineStep[]> => {
  const {plan} = facts;
  const closingSide = origin(direction);
  const openingSide = opposite(closingSide);
  const [closing, opening] = [facts[closingSide], facts[openingSide]];
  const sides = {source: facts.tables, target: facts.targets};
  const deadlineMs = fenceMs(plan.cutover);
  const back = direction === 'forward' ? 'reverse' : 'forward';
  const mappings = facts[direction];
  const canary = canaryPaths(plan);
  const mayEnd = plan.cutover.onBlockers === 'terminate';
  const armed = await closing?.fence.arm?.(sides[closingSide], armBudgetMs(plan.cutover));
  const switches = plan.switch.map(({name}) => name).join(', ');
  const asked = (plan.hooks ?? []).filter(({on}) => on.includes(direction === 'forward' ? 'before-cutover' : 'before-reverse'));
  return [
    await step('look-who-is-open', 'ask the fences of both sides which of them serves'),
    ...(asked.length > 0 ? [await step('ask-hooks', `ask ${asked.map(hookName).join(', ')}; a no ends it here`)] : []),
    ...(direction === 'forward'
      ? [await step('remember-statements', 'read what statements have cost on both sides, where they count it')]
      : []),
    await step('refresh-views', `refresh the materialised views of the ${openingSide}, as long as that takes`, [
      opening?.target.refreshViews?.(),
    ]),
    await step('compare-changed', 'compare once more the rows that changed since the last comparison, until a hold has time for the rest', [
      ...mappings.map((mapping) => closing?.compare.rows([mapping.reads], mapping)),
      ...mappings.map((mapping) => opening?.compare.rows([mapping.writes], mapping)),
    ]),
    await step(
      'arm-reverse-stream',
      `${
        direction === 'forward'
          ? 'begin the stream of the way back on the target, the first time; read it and drop what comes, until the switch'
          : 'the stream of the way there is still read; it becomes the way back again'
      }${armed?.length ? '; make the fence’s triggers, which end transactions that read a table and write to it just then (1213, as any deadlock): too many for the hold' : ''}`,
      [
        armed && Promise.resolve(armed),
        ...(direction === 'forward' ? [opening?.source.createStream(back, sides[openingSide]), opening?.source.changes(back)] : []),
      ],
    ),
    await step('start-watchdog', 'start the process that ends a hold when the runner cannot'),
    ...(plan.failover
      ? [
          await step('pause-failover', 'tell the automation of both clusters that no server is to be promoted'),
          await step(
            'observe-failover',
            'ask it whether the planned servers are primary: now, after the fence, and before the other side opens',
          ),
        ]
      : []),
    await step('ask-switches', `ask ${switches} what clients will notice`),
    await step(
      'start-canary',
      canary.none === undefined
        ? `write tokens along the application’s own paths${canary.router?.isOwn ? ', with the roles of the plan’s own addresses' : ''}; the stall that they see is measured`
        : `nothing: ${canary.none}, so the stall that users see will not be measured`,
      canary.none === undefined ? [facts.source?.tokens.allow('<role>'), facts.target?.tokens.allow('<role>')] : [],
    ),
    await step(
      'hold',
      `hold new statements at ${switches}; whatever comes, for ${plan.cutover.stallBudgetMs} ms at most${mayEnd ? '' : '; whoever keeps it waiting is named, and the attempt called off'}`,
    ),
    await step(
      'raise-fence',
      `close ${tableCount(sides[closingSide].length)} of the ${closingSide}; they open again by themselves after ${deadlineMs} ms${armed?.length === 0 ? `; their triggers are few enough to be made now, within ${armBudgetMs(plan.cutover)} ms or so, when no client has a transaction open` : ''}`,
      [closing?.fence.raise(sides[closingSide], deadlineMs)],
    ),
    ...(mayEnd
      ? [
          await step(
            'end-blockers',
            `end transactions of the ${closingSide} that keep hold or fence waiting for more than a second`,
            [closing?.clients.end()],
            'there are such',
          ),
        ]
      : []),
    await step('drain', 'apply the stream up to the fence’s marker'),
    await step(
      'final-check',
      'compare once more while both sides stand still: the rows that changed last, and the counts of small tables',
      [closing?.compare.counts(sides[closingSide]), opening?.compare.counts(sides[openingSide])],
    ),
    await step('sequences', `set the sequences of the ${openingSide}, with a margin`, [
      closing?.source.readSequences(),
      opening?.target.setSequences(),
    ]),
    await step('mark-reverse', `mark where the way back begins, in the log of the ${openingSide}`),
    await step('decide', `decide: one row in the ${closingSide}’s own database`, [closing?.fence.commit()]),
    await step('open', `open the ${openingSide}`, [opening?.fence.open()]),
    await step('route', `lead ${switches} to the ${openingSide}, and end the hold`),
    await step('start-way-back', `apply from now on what is written on the ${openingSide} to the ${closingSide}`),
    ...(plan.failover ? [await step('resume-failover', 'tell the automation of both clusters to go on, when it is called off too')] : []),
    await step(
      'prove',
      `ask ${switches} whether they lead to the ${openingSide}${canary.none === undefined ? ', wait for a token along each path, and account for all of them' : ''}`,
    ),
    await step('release-fence', `open the ${closingSide} again`, [closing?.fence.release()], CALLED_OFF),
    await step('end-hold', `let ${switches} go on as before`, [], CALLED_OFF),
  ];
};

const CALLED_OFF = 'the attempt is called off';
