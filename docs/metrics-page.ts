/** `docs/metrics.md`: every metric, from the list that the endpoint itself uses. */
import {METRICS} from '../src/server/metrics.ts';

export const metricsPage = (): string =>
  [
    '# Metrics: a run in numbers',
    '',
    '<!-- Written by `npm run docs` from src/server. Edit that. -->',
    '',
    '```sh',
    'crossfade metrics                            # once, in the text format of Prometheus; --json for a document',
    'crossfade metrics --listen 127.0.0.1:9187    # GET /metrics until Ctrl-C',
    '```',
    '',
    'Every run of the state that goes on, and the newest one when it is over, with the labels `run` (its id) and `name` (the plan’s).',
    'It is a process of its own: what it says comes from the journal and from what the runner last said, so it goes on when the runner',
    'is gone, which is when it is needed. It reads only. With `--state postgres://…` it may run on another machine; whether the',
    'runner is alive can be told on its own machine only.',
    '',
    'Names, labels and units are an interface: metrics are added, none is changed. What is not known has no sample.',
    '',
    'Alerts with the pages that they lead to: [alerts/crossfade.rules.yml](alerts/crossfade.rules.yml), tried with `promtool test rules`',
    'on [alerts/crossfade.tests.yml](alerts/crossfade.tests.yml).',
    '',
    'A dashboard for Grafana with a panel for each of them: [dashboards/crossfade.json](dashboards/crossfade.json). Import it and choose the',
    'Prometheus that fetches them.',
    '',
    '| metric | labels | says |',
    '| --- | --- | --- |',
    ...METRICS.map(({name, labels = [], help}) => `| \`${name}\` | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`),
    '',
  ].join('\n');
