/** A comparison of what statements cost, in words. */
import {type CallFigures, comparedWords, type SlowerStatement, type StatementComparison} from '../model/statement-comparison.ts';

export const statementLines = (comparison: StatementComparison): readonly string[] => {
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
