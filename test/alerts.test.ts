/** The alert rules name metrics, labels and pages that exist. That they fire when they should: alerts.db.test.ts. */
import {existsSync, readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {parse} from 'yaml';
import {z} from 'zod';
import {METRICS} from '../src/server/metrics.ts';

const file = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({
          alert: z.string(),
          expr: z.string(),
          labels: z.object({severity: z.enum(['warning', 'critical'])}),
          annotations: z.object({summary: z.string(), runbook_url: z.string()}),
        }),
      ),
    }),
  ),
});
const rules = file.parse(parse(readFileSync('docs/alerts/crossfade.rules.yml', 'utf8'))).groups.flatMap((group) => group.rules);

test('every alert asks for metrics that there are', () => {
  const names = METRICS.map(({name}) => name);
  const asked = rules.flatMap(({expr}) => expr.match(/crossfade_\w+/g) ?? []);
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.filter((name) => !names.includes(name))).toEqual([]);
});

const panels = z.object({
  panels: z.array(
    z.object({
      title: z.string(),
      fieldConfig: z.object({defaults: z.object({unit: z.string()})}),
      targets: z.array(z.object({expr: z.string()})),
    }),
  ),
});

test('the dashboard asks for every metric that there is, in its unit, and for no other', () => {
  const shown = panels.parse(JSON.parse(readFileSync('docs/dashboards/crossfade.json', 'utf8'))).panels;
  expect(shown.flatMap(({targets}) => targets.map(({expr}) => /^\w+/.exec(expr)?.[0]))).toEqual(METRICS.map(({name}) => name));
  const unitOf = (name: string) => shown.find(({title}) => title === name)?.fieldConfig.defaults.unit;
  expect(['crossfade_lag_seconds', 'crossfade_backlog_bytes', 'crossfade_room_ratio', 'crossfade_rows_copied'].map(unitOf)).toEqual([
    ...['s', 'bytes', 'percentunit', 'short'],
  ]);
});

test('every alert has a name of its own and leads to a page', () => {
  expect(new Set(rules.map(({alert}) => alert)).size).toBe(rules.length);
  expect(rules.filter(({annotations}) => !existsSync(annotations.runbook_url))).toEqual([]);
});
