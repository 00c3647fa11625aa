/** What a rehearsal let expect, and what came of it, line by line. */
import type {ForecastLine} from '../forecast.ts';
import type {Report} from '../report.ts';
import {html, Markup, moment, table} from './markup.ts';
import {span} from './time-section.ts';

export function forecastSection({forecast}: Report): Markup {
  if (!forecast) return new Markup('');
  return html`<h2>Forecast and what came of it</h2>
<p>From the rehearsal with which the gates were passed ${moment(forecast.at)}; the source was ${forecast.factor.toFixed(1)} times its clone then.</p>
${table(['what', 'forecast', 'was', 'times the forecast'], forecast.lines.map(cells), 'The rehearsal let expect nothing.')}`;
}

const cells = ({what, forecastMs, ms, ratio}: ForecastLine): readonly string[] => [
  what,
  span(forecastMs),
  ms === null ? 'not yet' : span(ms),
  ratio === null ? '' : ratio.toFixed(2),
];
