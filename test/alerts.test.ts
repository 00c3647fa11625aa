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

test('every alert has a name of its own and leads to a page', () => {
  expect(new Set(rules.map(({alert}) => alert)).size).toBe(rules.length);
  expect(rules.filter(({annotations}) => !existsSync(annotations.runbook_url))).toEqual([]);
});
