/** What statements cost on both sides. */
import {comparedWords, type SlowerStatement, type StatementComparison} from '../../model/statement-comparison.ts';
import type {Report} from '../report.ts';
import {plansSection} from './plans-section.ts';
import {badge, html, Markup, moment, table} from './markup.ts';

export function statementsSection({statements}: Report): Markup {
  if (!statements) return new Markup('');
  const {at, comparison} = statements;
  return html`<h2>Statements after the switch</h2>
${latency(comparison, at)}
${comparison.plans ? plansSection(comparison.plans) : ''}`;
}

function latency(comparison: StatementComparison, at: string): Markup {
  if ('notCompared' in comparison) return html`<p>${moment(at)}: ${comparedWords(comparison)}.</p>`;
  const {slower, unknown} = comparison;
  return html`<p>${badge(slower.length > 0 ? 'bad' : 'good', slower.length > 0 ? 'slower' : 'none slower')} ${comparedWords(comparison)}, by their mean from ${moment(comparison.since)} to ${moment(at)}.</p>
${slower.length === 0 ? '' : table(['times', 'source, ms', 'calls', 'target, ms', 'calls', 'statement'], slower.map(cells), '')}
${slower.map(planOf)}
${
  unknown.length === 0
    ? ''
    : html`<h3>Expensive, and not among those remembered of the source</h3>${table(
        ['ms', 'calls', 'statement'],
        unknown.map(({meanMs, calls, text}) => [meanMs, calls, html`<code>${text}</code>`]),
        '',
      )}`
}`;
}

const cells = ({factor, source, target, text}: SlowerStatement) => [
  factor.toFixed(1),
  source.meanMs,
  source.calls,
  target.meanMs,
  target.calls,
  html`<code>${text}</code>`,
];

const planOf = ({text, plan, noPlan}: SlowerStatement): Markup => {
  if (plan !== undefined) return html`<details><summary>plan of <code>${text}</code></summary><pre>${plan}</pre></details>`;
  return noPlan === undefined ? new Markup('') : html`<p>No plan of <code>${text}</code>: ${noPlan}.</p>`;
};
