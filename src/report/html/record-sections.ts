/** People, troubles and runners. */
import type {Deed} from '../deeds.ts';
import type {Report} from '../report.ts';
import {badge, html, type Markup, moment, table} from './markup.ts';

export const peopleSection = ({deeds, overrides}: Report): Markup => html`<h2>People</h2>
${
  overrides.length === 0
    ? ''
    : html`<h3>Overrides</h3>${table(
        ['when', 'who', 'what', 'against', 'why'],
        overrides.map((deed) => [moment(deed.at), who(deed), deed.what, deed.override ?? '', deed.reason ?? '']),
        '',
      )}`
}
${table(
  ['when', 'who', 'what', 'why', ''],
  deeds.map((deed) => [moment(deed.at), who(deed), deed.what, deed.reason ?? '', outcome(deed)]),
  'Nobody has asked for anything.',
)}`;

const who = ({who, authenticated, signed, doubt}: Deed): Markup => {
  if (doubt !== null) return html`${who} ${badge('bad', 'not believed')} ${doubt}`;
  if (!authenticated || signed === null) return html`${who} ${badge('plain', 'unauthenticated')}`;
  const evidence = signed.evidence === null ? '' : html`, evidence <code>${signed.evidence.slice(0, 16)}</code>`;
  return html`${who} ${badge('good', 'signed')} over entry ${signed.head}${evidence}`;
};

const outcome = ({refused, became}: Deed): string => {
  if (refused !== null) return `did not count: ${refused.reason} (${refused.code})`;
  return became === null ? '' : BECAME[became];
};

const BECAME = {
  counted: 'counted',
  unused: 'stands, no gate has used it yet',
  void: 'did not count: plan or evidence moved, or the gate was rejected',
} as const;

export const troublesSection = ({troubles}: Report): Markup => html`<h2>What went wrong</h2>
${table(
  ['when', 'where', 'code', 'what'],
  troubles.map(({at, where, code, text}) => [moment(at), where, code ?? '', text]),
  'Nothing.',
)}`;

export const runnersSection = ({runners}: Report): Markup => html`<h2>Runners</h2>
${table(
  ['epoch', 'who', 'from', 'until', 'ended'],
  runners.map(({epoch, holder, from, until, ended}) => [
    epoch,
    holder,
    moment(from),
    until === null ? '' : moment(until),
    ended ?? 'without a word, or still at work',
  ]),
  'None was started.',
)}`;
