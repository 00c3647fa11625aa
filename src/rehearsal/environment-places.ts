/** Where the databases of a plan are in an environment of the project. Pure: whether they are others than the plan's, only their servers can say. */
import {TerminalError} from '../model/errors.ts';
import type {Side} from '../model/side.ts';
import type {DatabasePlan, Plan, SecretReference} from '../plan/plan.ts';
import type {Environment} from '../plan/project-file.ts';

/** Throws CF-ENV-002 unless something else stands for both addresses. */
export function placesIn(plan: Plan, environment: Environment): Readonly<Record<Side, DatabasePlan>> {
  const place = (side: Side): DatabasePlan => {
    const {engine, url, tls} = plan[side];
    return {engine, url: insteadOf(url, side, plan, environment), ...(tls ? {tls} : {})};
  };
  return {source: place('source'), target: place('target')};
}

function insteadOf(url: SecretReference, side: Side, plan: Plan, {name, file, references}: Environment): SecretReference {
  if (url.kind !== 'env')
    throw unmapped(`${side}.url of the plan names no variable, so nothing can stand for it`, `write url: env:NAME into the plan`);
  const instead = Object.hasOwn(references, url.value) ? references[url.value] : undefined;
  const remedy = `say under environments: ${name} in ${file} what stands for it: ${url.value}: env:OTHER_VARIABLE`;
  if (!instead) throw unmapped(`the environment ${name} does not say what stands for ${url.value}, ${side}.url of the plan`, remedy);
  if ([plan.source.url, plan.target.url].some(({kind, value}) => kind === instead.kind && value === instead.value))
    throw unmapped(`in the environment ${name} an address of the plan itself stands for ${url.value}`, remedy);
  return instead;
}

const unmapped = (what: string, next: string): TerminalError => new TerminalError(what, {code: 'CF-ENV-002', next});
