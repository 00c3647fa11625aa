/** A comparison of what statements cost, in words. */
import {figureWords, type PlanComparison, plansWords, regressionWords, type WorsePlan} from '../model/plan-comparison.ts';
import {type CallFigures, comparedWords, type SlowerStatement, type StatementComparison} from '../model/statement-comparison.ts';

export const statementLines = (comparison: StatementComparison): readonly string[] => [
  ...latencyLines(comparison),
  ...(comparison.plans ? planLines(comparison.plans) : []),
];

const planLines = (plans: PlanComparison): readonly string[] => {
  if ('notCompared' in plans) return [plansWords(plans)];
  return [
    plansWords(plans),
    ...plans.worse.flatMap(worseLines),
    ...plans.unknown.map(({reason, statements}) => `no plan of ${statements} statements: ${reason}`),
  ];
};

const worseLines = ({text, source, target, found}: WorsePlan): readonly string[] => [
  `  ${text}`,
  ...found.map((one) => `      ${regressionWords(one)}`),
  `      source: ${figureWords(source)}`,
  `      target: ${figureWords(target)}`,
];

const latencyLines = (comparison: StatementComparison): readonly string[] => {
  if ('notCompared' in comparison) return [comparedWords(comparison)];
  const {since, slower, unknown, waiting} = comparison;
  return [
    `${comparedWords(comparison)}, by their mean since ${since}`,
    ...slower.flatMap(slowerLines),
    ...(waiting ? [`${waiting} statements of the source have not come often enough on the target yet`] : []),
    ...(unknown.length ? ['expensive on the target, and not among those remembered of the source:'] : []),
    ...unknown.map((one) => `  ${figures(one)}  ${one.text}`),
  ];
};

const slowerLines = ({factor, source, target, text, plan, noPlan}: SlowerStatement): readonly string[] => [
  `  ${factor.toFixed(1)} times slower: source ${figures(source)}, target ${figures(target)}`,
  `      ${text}`,
  ...(plan?.split('\n').map((line) => `        ${line}`) ?? []),
  ...(noPlan === undefined ? [] : [`        no plan: ${noPlan}`]),
];

const figures = ({meanMs, calls}: CallFigures): string => `${meanMs} ms × ${calls}`;
