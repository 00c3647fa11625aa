/** What ended with the way back. */
import {bytes, count} from '../../model/amounts.ts';
import type {Decommission} from '../decommission.ts';
import {html, type Markup, moment, table} from './markup.ts';

export const decommissionPart = ({
  at,
  flowedBackTo,
  parked,
  dropped,
  copies,
  fencedYet,
}: Decommission): Markup => html`<h3>The end of the way back</h3>
<p>${moment(at)}: ${
  flowedBackTo === null
    ? 'nothing had flowed back to the source.'
    : html`the source has every change of the target up to <code>${flowedBackTo}</code>, deletions among them, and none behind it${parkedWords(parked)}.`
} Taken away: ${dropped.map(({side, what}) => `on the ${side} ${what}`).join('; ')}.${fencedWords(fencedYet)}</p>
${table(
  ['table that is still on the source', 'rows, about', 'size'],
  copies.map(({table: name, rows, bytes: size}) => [name, rows === null ? '' : count(rows), size === null ? '' : bytes(size)]),
  'None.',
)}`;

const parkedWords = (parked: Decommission['parked']): string => {
  if (parked.length === 0) return '';
  const each = parked.map(({table: name, rows}) => `${rows === null ? 'rows' : count(rows)} of ${name}`);
  return `, but for rows that it could not hold: ${each.join(', ')}`;
};

const fencedWords = (tables: readonly string[]): string =>
  tables.length === 0
    ? ''
    : ` Still there, because the tables were in use: triggers of that fence on ${tables.join(', ')}. They let everything pass, and can be dropped at any time.`;
