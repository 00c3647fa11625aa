/** Comparisons and gates: why it was held to be right. */
import type {Report} from '../report.ts';
import {badge, html, type Markup, moment, table} from './markup.ts';

export const comparisonsSection = ({comparisons, digests}: Report): Markup => html`<h2>Comparisons of both sides</h2>
${table(
  ['when', 'found', 'tables', 'rows', 'differing', 'not compared', 'read again'],
  comparisons.map(({at, equal, tables, rows, differing, uncompared, repaired}) => [
    moment(at),
    equal ? badge('good', 'equal') : badge('bad', uncompared > 0 && differing === 0 ? 'incomplete' : 'different'),
    tables,
    rows,
    differing,
    uncompared,
    repaired,
  ]),
  'The sides were not compared.',
)}
${
  digests.length === 0
    ? ''
    : html`<details open><summary>digests of the newest comparison that found them equal; both sides gave the same</summary>${table(
        ['table', 'rows', 'checksum'],
        digests.map(({table: name, rows, checksum}) => [html`<code>${name}</code>`, rows, html`<code>${checksum}</code>`]),
        '',
      )}</details>`
}`;

export const gatesSection = ({gates, gatesPassed}: Report): Markup => html`<h2>Gates</h2>
${gatesPassed.map(
  ({at, phase, verdicts}) => html`<h3>All green before ${phase}, ${moment(at)}</h3>
${table(
  ['gate', 'evidence'],
  verdicts.map(({gate, evidence}) => [gate, evidence]),
  'No gate stands there.',
)}`,
)}
<details><summary>everything that they said</summary>${table(
  ['before', 'gate', 'said', 'from', 'until', 'looks', 'evidence of the last look'],
  gates.map(({phase, gate, go, from, until, looks, evidence}) => [
    phase,
    gate,
    go ? badge('good', 'go') : badge('bad', 'no-go'),
    moment(from),
    moment(until),
    looks,
    evidence,
  ]),
  'No gate was asked.',
)}</details>`;
