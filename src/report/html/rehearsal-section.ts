/** What was rehearsed, under which load, and what the real run is expected to take. */
import {bytes} from '../../model/amounts.ts';
import type {RehearsalRecord} from '../../model/rehearsal-record.ts';
import type {RehearsalReport} from '../rehearsal.ts';
import {badge, html, Markup, table} from './markup.ts';
import {span} from './time-section.ts';

export function rehearsalSection(rehearsal: RehearsalReport | null): Markup {
  if (!rehearsal) return new Markup('');
  const {environment, record} = rehearsal;
  const on = environment === null ? 'on clones' : `in the environment ${environment}`;
  if (!record) return html`<h2>A rehearsal</h2><p>It went ${on}; what it came to is in its record, if it ended.</p>`;
  return html`<h2>A rehearsal</h2>
<p>${badge('good', 'no write was lost')} ${on}, by ${record.by}${record.signed ? `, signed by ${record.signed.by}` : ', unsigned'}.</p>
<dl>${facts(record).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
${expectation(rehearsal)}`;
}

const facts = ({load, clone, targetBytes, keptLogBytes, leftOut, digest}: RehearsalRecord): readonly (readonly [string, string])[] => [
  ['went on', `${clone.extent}: ${clone.tables.length} tables, ${clone.tables.reduce((sum, {rows}) => sum + rows, 0)} rows`],
  [
    'load',
    `${load.acknowledged} writes acknowledged, ${load.lost} lost, ${load.refused} refused, ${load.unknown} without an answer; the longest waited ${span(Math.round(load.longestWaitMs))}`,
  ],
  ['target', `${bytes(targetBytes ?? undefined)}; the most log that the source kept: ${bytes(keptLogBytes ?? undefined)}`],
  ['not rehearsed', leftOut.join('; ') || 'nothing was left out'],
  ['record', `digest ${digest}`],
];

const expectation = ({record, forecast}: RehearsalReport): Markup =>
  forecast
    ? html`<h3>What to expect of the real run</h3>
<p>The source is ${forecast.factor.toFixed(1)} times what was rehearsed; what reads or writes every row is expected to take so much longer.</p>
${table(
  ['what', 'rehearsed', 'expected'],
  [
    ...forecast.phases.map(({phase, ms}) => [
      `phase ${phase}`,
      span(record?.phases.find((one) => one.phase === phase)?.ms ?? 0),
      `~${span(ms)}`,
    ]),
    ...(forecast.heldMs === null ? [] : [['longest hold', span(forecast.heldMs), `~${span(forecast.heldMs)}`]]),
  ],
  '',
)}`
    : new Markup('');
