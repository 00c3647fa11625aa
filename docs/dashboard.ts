/** `docs/dashboards/crossfade.json`: a Grafana dashboard with one panel for each metric, from the list that the endpoint uses. */
import {METRICS} from '../src/server/metrics.ts';

type Metric = Pick<(typeof METRICS)[number], 'name' | 'help' | 'labels'>;

const DATASOURCE = {type: 'prometheus', uid: '${datasource}'};
const [ACROSS, WIDTH, HEIGHT] = [3, 8, 7];

/** Units as Grafana names them, by the ending that a metric's name has to have. */
const UNITS: Readonly<Record<string, string>> = {seconds: 's', bytes: 'bytes', ratio: 'percentunit'};

export const dashboard = (metrics: readonly Metric[] = METRICS): string =>
  `${JSON.stringify(
    {
      uid: 'crossfade',
      title: 'Crossfade',
      description: 'Written by npm run docs from the metrics of crossfade metrics. The alerts beside it lead to the runbook.',
      tags: ['crossfade'],
      schemaVersion: 39,
      editable: true,
      refresh: '10s',
      time: {from: 'now-3h', to: 'now'},
      templating: {list: [datasource, variable('run', 'Run')]},
      panels: metrics.map(panel),
    },
    null,
    2,
  )}\n`;

const datasource = {name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus'};

const variable = (name: string, label: string) => ({
  ...{name, label, type: 'query', datasource: DATASOURCE, query: `label_values(crossfade_run_info, ${name})`},
  ...{refresh: 2, multi: true, includeAll: true, sort: 1},
});

const panel = ({name, help, labels = []}: Metric, place: number) => ({
  id: place + 1,
  title: name,
  description: help,
  type: name.endsWith('_info') ? 'table' : 'timeseries',
  datasource: DATASOURCE,
  gridPos: {x: (place % ACROSS) * WIDTH, y: Math.floor(place / ACROSS) * HEIGHT, w: WIDTH, h: HEIGHT},
  fieldConfig: {defaults: {unit: UNITS[name.split('_').at(-1) ?? ''] ?? 'short', min: 0}, overrides: []},
  targets: [
    {
      refId: 'A',
      datasource: DATASOURCE,
      expr: `${name}{run=~"$run"}`,
      legendFormat: ['name', ...labels].map((label) => `{{${label}}}`).join(' '),
      ...(name.endsWith('_info') ? {format: 'table', instant: true} : {}),
    },
  ],
});
