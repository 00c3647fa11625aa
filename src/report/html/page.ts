/** The report as one page that stands alone: no script, nothing from the network, everything escaped. */
import {duration} from '../../model/amounts.ts';
import type {Report} from '../report.ts';
import {attemptsSection} from './attempts-section.ts';
import {forecastSection} from './forecast-section.ts';
import {badge, html, Markup, moment, table} from './markup.ts';
import {decommissionPart} from './decommission-part.ts';
import {comparisonsSection, gatesSection} from './proof-sections.ts';
import {peopleSection, runnersSection, troublesSection} from './record-sections.ts';
import {rehearsalSection} from './rehearsal-section.ts';
import {statementsSection} from './statements-section.ts';
import {STYLE} from './style.ts';
import {timeSection} from './time-section.ts';

export const pageOf = (report: Report): string =>
  html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${report.name}: ${report.rehearsal ? 'rehearsal' : 'migration'} report</title><style>${new Markup(STYLE)}</style></head>
<body>
${head(report)}
${rehearsalSection(report.rehearsal)}
${attemptsSection(report)}
${timeSection(report)}
${forecastSection(report)}
${comparisonsSection(report)}
${statementsSection(report)}
${gatesSection(report)}
${peopleSection(report)}
${troublesSection(report)}
${runnersSection(report)}
${remainsSection(report)}
${chainSection(report)}
${planSection(report)}
</body></html>
`.text;

const head = (report: Report): Markup => html`<h1>${report.name}</h1>
<p>${report.rehearsal ? html`${badge('plain', 'rehearsal')} ${report.status === 'failed' ? badge('bad', 'failed') : ''} on databases that stand for the plan's own` : standing(report)}</p>
<dl>
<dt>run</dt><dd><code>${report.id}</code>, workflow ${report.workflow}, in phase ${report.phase}</dd>
<dt>begun</dt><dd>${moment(report.startedAt)}${report.startedBy === null ? '' : ` by ${report.startedBy}`}</dd>
<dt>newest entry</dt><dd>${moment(report.until)}, ${duration(report.ms)} later</dd>
<dt>plan</dt><dd><code>${report.plan.file}</code>, checksum <code>${report.plan.checksum}</code>${report.plan.amended > 0 ? `, amended ${report.plan.amended} times` : ''}</dd>
<dt>report</dt><dd>made ${moment(report.madeAt)} by Crossfade ${report.versions.reported}; begun by ${report.versions.began}</dd>
</dl>`;

const remainsSection = ({remains, decommission, rehearsal}: Report): Markup =>
  rehearsal
    ? afterRehearsal
    : html`<h2>What is left behind</h2>
${table(
  ['where', 'what', 'taken away by'],
  remains.map(({where, what, next}) => [where, what, next === null ? 'nobody: it is meant to stay' : html`<code>${next}</code>`]),
  'Nothing: the run was aborted, and took everything with it.',
)}
${decommission ? decommissionPart(decommission) : ''}`;

const standing = ({status, openSide}: Report): Markup =>
  html`${badge(status === 'failed' ? 'bad' : status === 'completed' ? 'good' : 'plain', status)} the ${openSide} serves`;

const afterRehearsal = html`<h2>What is left behind</h2>
<p>Clones are emptied when a rehearsal has ended well, and an environment is put back, unless <code>--keep</code> was given. The databases of the plan were only read.</p>`;

const chainSection = ({id, chain, rehearsal}: Report): Markup => html`<h2>How to prove this</h2>
<p>${chain.faults.length === 0 ? badge('good', 'unbroken') : badge('bad', 'altered')} ${chain.entries} entries; each carries the hash of the one before. The newest is <code>${chain.head}</code>.</p>
${chain.faults.map(({seq, what, detail}) => html`<p class="bad">Entry ${seq} ${what}: ${detail}</p>`)}
${
  rehearsal
    ? html`<p>The journal of a rehearsal goes with it, unless <code>--keep</code> was given; its record is what a gate asks for.</p>`
    : html`<p>Both databases keep copies. This compares them with the journal, entry by entry, and fails where anything was altered:</p>
<pre>crossfade events --verify --run ${id}</pre>`
}`;

const planSection = ({plan}: Report): Markup => html`<h2>The plan</h2>
<p>As it was pinned when the run began${plan.amended > 0 ? ', and amended since' : ''}. Secrets stand in it as references only.</p>
<details open><summary>content</summary><pre>${JSON.stringify(plan.content, null, 2)}</pre></details>`;
