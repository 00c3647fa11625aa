/** How both sides would carry out the source's most expensive statements. */
import {figureWords, type PlanComparison, plansWords, regressionWords, type WorsePlan} from '../../model/plan-comparison.ts';
import {badge, html, type Markup, table} from './markup.ts';

export function plansSection(plans: PlanComparison): Markup {
  if ('notCompared' in plans) return html`<h3>Their plans</h3><p>${plansWords(plans)}.</p>`;
  const {worse, unknown} = plans;
  return html`<h3>Their plans</h3>
<p>${badge(worse.length > 0 ? 'bad' : 'good', worse.length > 0 ? 'worse' : 'none worse')} ${plansWords(plans)}, as both servers plan them without values.</p>
${worse.length === 0 ? '' : table(['statement', 'what is worse', 'source', 'target'], worse.map(cells), '')}
${
  unknown.length === 0
    ? ''
    : table(
        ['statements without a plan', 'why'],
        unknown.map(({statements, reason}) => [statements, reason]),
        '',
      )
}`;
}

const cells = ({text, found, source, target}: WorsePlan) => [
  html`<code>${text}</code>`,
  found.map(regressionWords).join('; '),
  figureWords(source),
  figureWords(target),
];
