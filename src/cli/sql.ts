/** `crossfade sql STEP`: every statement that one step of a plan or a run sends; without a step, their names. */
import type {PinnedPlan} from '../plan/plan.ts';
import {TerminalError} from '../model/errors.ts';
import {nearest} from '../model/nearest.ts';
import {type CommandModule, type Invocation, textOf} from './command.ts';
import {refOf} from './compose.ts';
import {EXIT, type ExitCode} from './exit-codes.ts';
import {stepPages} from './explain-steps.ts';
import {allSteps, type Outline, type OutlineStep} from './outline.ts';
import {sqlLines} from './outline-print.ts';
import {pinnedPlanOf} from './pinned-plan.ts';
import {planArgument} from './plan-argument.ts';
import {askPlan, type AskedPlan} from './plan-asked.ts';
import {chooseRun, runsOf, withRunOption, withState} from './run-choice.ts';

export const command: CommandModule = {
  configure: (command) =>
    void withRunOption(command)
      .argument('[step...]', 'as the journal names it, such as raise-fence')
      .option('--plan <file>', 'of a plan that does not run yet, or - for stdin'),
  run: async (invocation) => {
    const asked = stepOf(invocation);
    return asked === undefined && isWithoutPlan(invocation) ? listAll(invocation) : show(asked, invocation);
  },
};

const stepOf = ({args: [words]}: Invocation): string | undefined =>
  Array.isArray(words) && words.length ? words.map(String).join(' ') : undefined;

const isWithoutPlan = ({options}: Invocation): boolean => options['plan'] === undefined && options['run'] === undefined;

/** Of every workflow, from the pages that explain them: nothing has to be asked for it. */
const listAll = ({output}: Invocation): ExitCode => {
  const steps = Object.entries(stepPages).map(([name, {title}]) => ({name, title}));
  if (output.isJson) output.document({steps});
  else for (const {name, title} of steps) output.data(`${name.padEnd(NAME_WIDTH)} ${title}`);
  output.say('Next: crossfade sql STEP --plan FILE');
  return EXIT.done;
};

const NAME_WIDTH = 22;

const show = async (asked: string | undefined, invocation: Invocation): Promise<ExitCode> => {
  const {output} = invocation;
  const {pinned, migration} = await planAskedFor(invocation);
  output.say('asking both databases …');
  const plan = await askPlan(pinned, migration, false);
  const steps = asked === undefined ? allSteps(plan.outline) : stepsNamed(asked, plan, planFlag(invocation));
  if (output.isJson) output.document({plan: pinned.plan.name, missing: plan.facts.missing, steps});
  else if (asked === undefined) for (const {name, what} of steps) output.data(`${name.padEnd(NAME_WIDTH)} ${what}`);
  else for (const step of steps) print(step, plan.outline, invocation);
  for (const what of plan.facts.missing) output.insist(`MISSING ${what}`);
  return plan.facts.missing.length ? EXIT.noGo : EXIT.done;
};

/** A step that occurs in both directions is shown for both. */
const stepsNamed = (asked: string, {outline, facts}: AskedPlan, of: string): readonly OutlineStep[] => {
  const steps = allSteps(outline);
  const found = steps.filter(({name}) => name === asked);
  if (found.length) return found;
  const names = [...new Set(steps.map(({name}) => name))];
  const meant = nearest(asked, names);
  throw new TerminalError(`the plan ${facts.plan.name} has no step ${asked}${meant === undefined ? '' : `; did you mean ${meant}?`}`, {
    code: 'CF-USAGE-001',
    next: meant === undefined ? `crossfade sql${of} lists the steps` : `crossfade sql ${/\s/.test(meant) ? `'${meant}'` : meant}${of}`,
  });
};

const print = (step: OutlineStep, {isInPlace}: Outline, {output}: Invocation): void => {
  output.data(`-- ${step.name}: ${step.what}${step.when ? `, when ${step.when}` : ''}`);
  for (const line of sqlLines(step, isInPlace)) output.data(line);
  if (!step.statements.length) output.data('-- sends no statement that touches tables, settings, slots or grants of yours');
};

type Asked = {readonly pinned: PinnedPlan; readonly migration: ReturnType<typeof refOf>};

const planFlag = ({options}: Invocation): string =>
  ['plan', 'run'].map((name) => textOf(options[name]) && ` --${name} ${textOf(options[name])}`).find((flag) => flag) ?? '';

/** By file where one is given; otherwise the run, whose names of objects are known. */
const planAskedFor = async (invocation: Invocation): Promise<Asked> => {
  const file = textOf(invocation.options['plan']);
  if (file !== undefined) {
    const pinned = await planArgument({args: [file], stdin: invocation.stdin});
    return {pinned, migration: {id: 'sql', short: '<run>', name: pinned.plan.name}};
  }
  return withState(invocation, async (store) => {
    const {id, state} = chooseRun(await runsOf(store), invocation, {finishedToo: true});
    return {pinned: await pinnedPlanOf(state), migration: refOf(id, state.plan.name)};
  });
};
