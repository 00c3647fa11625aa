/** Where the time went: one bar for each visit of a phase, and the steps that took longest. */
import {duration} from '../../model/amounts.ts';
import {msBetween} from '../evidence.ts';
import type {Report} from '../report.ts';
import type {PhaseVisit} from '../visits.ts';
import {bars} from './bars.ts';
import {html, type Markup, table} from './markup.ts';

const STEPS_MAX = 10;

export function timeSection({visits, startedAt, until}: Report): Markup {
  const rows = visits.map((visit) => ({
    label: visit.phase,
    from: msBetween(startedAt, visit.startedAt),
    length: visit.ms ?? msBetween(visit.startedAt, until),
    words: words(visit),
    kind: visit.outcome === 'back' || visit.outcome === 'abort' ? ('bad' as const) : ('plain' as const),
  }));
  const steps = visits.flatMap(({phase, steps}) => steps.map((step) => ({phase, ...step, took: step.ms ?? 0})));
  const longest = steps.toSorted((a, b) => b.took - a.took).slice(0, STEPS_MAX);
  return html`<h2>Phases</h2>
${bars('From the beginning of the run to its newest entry', rows)}
<h3>The steps that took longest</h3>
${table(
  ['step', 'took', 'ended'],
  longest.map(({phase, step, took, ended}) => [`${phase}/${step}`, span(took), ended]),
  'No step was begun.',
)}`;
}

const words = ({ms, outcome}: PhaseVisit): string =>
  ms === null ? 'going on' : `${span(ms)}${outcome === 'done' ? '' : `, ${outcome ?? ''}`}`;

export const span = (ms: number): string => (ms < 10_000 ? `${ms} ms` : duration(ms));
