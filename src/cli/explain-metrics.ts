/** What `crossfade explain METRIC` prints, from the list that the endpoint itself uses. */
import {METRICS} from '../server/metrics.ts';
import {page, type Page} from './explain-page.ts';

export const metricPages: Readonly<Record<string, Page>> = Object.fromEntries(
  METRICS.map(({name, labels = [], help}) => [
    name,
    page(
      help.split(/[;:]/)[0] ?? help,
      `${help}. Labels: ${['run', 'name', ...labels].join(', ')}.`,
      'What is not known has no sample.',
      'crossfade metrics prints it now; docs/metrics.md has all of them, docs/alerts the rules that watch them.',
    ),
  ]),
);
