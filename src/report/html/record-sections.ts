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
  deeds.map((deed) => [
    moment(deed.at),
    who(deed),
    deed.what,
    deed.reason ?? '',
    deed.refused === null ? '' : `did not count: ${deed.refused.reason} (${deed.refused.code})`,
  ]),
  'Nobody has asked for anything.',
)}`;

const who = ({who, authenticated}: Deed): Markup => html`${who} ${authenticated ? '' : badge('plain', 'unauthenticated')}`;

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
