/** The cutovers: what clients waited, what the hold was made of, and what the canary found. */
import type {Attempt} from '../attempts.ts';
import {fields, numberIn, textIn} from '../evidence.ts';
import type {Report} from '../report.ts';
import {bars} from './bars.ts';
import {badge, html, type Markup, moment, table} from './markup.ts';

export const attemptsSection = ({attempts}: Report): Markup => html`<h2>Cutovers</h2>
${attempts.length === 0 ? html`<p class="none">None was tried.</p>` : attempts.map(attempt)}`;

const attempt = (
  one: Attempt,
  index: number,
): Markup => html`<h3>${index + 1}. ${one.direction === 'forward' ? 'to the target' : 'back to the source'}, ${moment(one.startedAt)} ${outcome(one)}</h3>
<dl>
<dt>clients were held</dt><dd>${milliseconds(one.heldMs)}</dd>
<dt>longest wait of the canary</dt><dd>${milliseconds(one.stallMs)}</dd>
${one.reason === null ? '' : html`<dt>called off</dt><dd>${one.reason}</dd>`}
</dl>
${
  one.held.length === 0
    ? ''
    : bars(
        'From the hold until the clients were let go, step by step (ms)',
        one.held.map(({step, fromMs, ms}) => ({label: step, from: fromMs, length: ms, words: `${ms}`})),
      )
}
${canary(one)}
${waits(one)}
${one.leftBehind.length === 0 ? '' : leftBehind(one)}`;

const outcome = ({decided, endedAt}: Attempt): Markup =>
  decided ? badge('good', 'decided') : endedAt === null ? badge('plain', 'not over') : badge('bad', 'called off');

const milliseconds = (ms: number | null): string => (ms === null ? 'not measured' : `${ms} ms`);

const TOKENS = ['tokens', 'refused', 'unknown', 'lost', 'twice', 'undead', 'astray', 'onSource', 'onTarget'] as const;

/** Of all paths of the canary together. */
function waits({canary}: Attempt): Markup | string {
  const paths = Array.isArray(canary['paths']) ? canary['paths'].map(fields) : [];
  const all = paths.flatMap(({waits}) => (Array.isArray(waits) ? waits.map(fields) : []));
  if (all.length === 0) return '';
  const limits = [...new Set(all.map((wait) => numberIn(wait, 'upToMs')))].toSorted((a, b) => (a ?? Infinity) - (b ?? Infinity));
  return bars(
    'What the canary waited for each answer: how many waits were how long',
    limits.map((limit) => {
      const count = all.reduce((sum, wait) => sum + (numberIn(wait, 'upToMs') === limit ? (numberIn(wait, 'count') ?? 0) : 0), 0);
      return {label: limit === null ? 'longer' : `up to ${limit} ms`, from: 0, length: count, words: `${count}`};
    }),
  );
}

function canary({canary}: Attempt): Markup {
  if (Object.keys(canary).length === 0) return html`<p class="none">No canary wrote.</p>`;
  const why = textIn(canary, 'unmeasured');
  if (why !== null) return html`<p>The canary did not measure: ${why}</p>`;
  const counts = TOKENS.map((name) => String(numberIn(canary, name) ?? '-'));
  return table(['acknowledged', 'refused', 'unknown', 'lost', 'twice', 'undead', 'astray', 'on the source', 'on the target'], [counts], '');
}

const leftBehind = ({
  leftBehind,
}: Attempt): Markup => html`<p>Sessions that stayed on the side that closed; the fence refuses their writes:</p>
${table(
  ['role', 'application', 'sessions'],
  leftBehind.map((one) => [textIn(one, 'role') ?? '', textIn(one, 'application') ?? '', numberIn(one, 'sessions') ?? '']),
  '',
)}`;
