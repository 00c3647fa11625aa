/** The alert rules name metrics, labels and pages that exist. That they fire when they should: alerts.db.test.ts. */
import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {parse} from 'yaml';
import {z} from 'zod';
import {explainPages} from '../src/cli/explain-pages.ts';
import {METRICS} from '../src/server/metrics.ts';
import {type} from './support/command-line.ts';

const alert = z.object({
  alert: z.string(),
  expr: z.string(),
  labels: z.object({severity: z.enum(['warning', 'critical'])}),
  annotations: z.object({summary: z.string(), runbook_url: z.string()}),
});
const record = z.object({record: z.string(), expr: z.string()});
const file = z.object({groups: z.array(z.object({rules: z.array(z.union([alert, record]))}))});
const rulesIn = (text: string) => file.parse(parse(text)).groups.flatMap((group) => group.rules);
const alertsIn = (text: string) => rulesIn(text).flatMap((rule) => ('alert' in rule ? rule : []));
const rules = alertsIn(readFileSync('docs/alerts/crossfade.rules.yml', 'utf8'));

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

test('every alert has a name of its own and leads to its section of the runbook', () => {
  expect(new Set(rules.map(({alert}) => alert)).size).toBe(rules.length);
  expect(rules.map(({annotations}) => annotations.runbook_url)).toEqual(
    rules.map(({alert}) => `docs/runbook/alerts.md#${alert.toLowerCase()}`),
  );
  expect(Object.keys(sectionsOf('docs/runbook/alerts.md'))).toEqual(rules.map(({alert}) => alert));
});

test('they are printed with links that begin where the pages are', async () => {
  const links = async (...words: readonly string[]) => {
    const {code, out} = await type(['metrics', '--alerts', ...words]);
    expect(code).toBe(0);
    const text = words.includes('--json') ? z.object({rules: z.string()}).parse(JSON.parse(out)).rules : out;
    return alertsIn(text).map(({annotations}) => annotations.runbook_url);
  };
  const from = (docs: string) => rules.map(({annotations}) => annotations.runbook_url.replace(/^docs/, docs));
  expect(await links()).toEqual(from('docs'));
  expect(await links('--docs', 'https://wiki.example.com/crossfade/docs/')).toEqual(from('https://wiki.example.com/crossfade/docs'));
  expect(await links('--json', '--docs', 'http://wiki/docs')).toEqual(from('http://wiki/docs'));
  for (const wrong of ['wiki/docs', 'file:///docs', 'https://wiki/docs#top'])
    expect((await type(['metrics', '--alerts', '--docs', wrong])).code).toBe(2);
});

test('what they record is asked for', () => {
  const recorded = rulesIn(readFileSync('docs/alerts/crossfade.rules.yml', 'utf8')).flatMap((rule) =>
    'record' in rule ? rule.record : [],
  );
  expect(recorded.filter((name) => !rules.some(({expr}) => expr.includes(name)))).toEqual([]);
});

test('every error code has its section', () => {
  expect(Object.keys(sectionsOf('docs/runbook/errors.md'))).toEqual(Object.keys(explainPages));
});

test.each(['alerts', 'errors'])('each section of %s has a symptom, a first command, what it changes, and how that is undone', (page) => {
  const sections = Object.entries(sectionsOf(`docs/runbook/${page}.md`));
  expect(sections.length).toBeGreaterThan(10);
  expect(sections.filter(([, text]) => !FORM.test(text)).map(([name]) => name)).toEqual([]);
});

test('no first command changes anything', () => {
  const pages = ['alerts', 'errors'].map((page) => readFileSync(`docs/runbook/${page}.md`, 'utf8')).join('');
  const first = [...pages.matchAll(/^- \*\*First command\*\*: `crossfade ([a-z]+)([^`]*)`/gm)].map(([, verb = '', rest = '']) => ({
    verb,
    rest,
  }));
  expect(first).toHaveLength(rules.length + Object.keys(explainPages).length);
  expect(first.filter(({verb, rest}) => !READING.has(verb) && !rest.includes('--dry-run') && rest !== ' list')).toEqual([]);
  expect(first.filter(({rest}) => rest.includes('--repair'))).toEqual([]);
});

/** The four parts in their order, each with something in it. */
const FORM = /^- \*\*Symptom\*\*: \S[^]*^- \*\*First command\*\*: `crossfade [^]*^- \*\*What it changes\*\*: \S[^]*^- \*\*Undo\*\*: \S/m;
const READING: ReadonlySet<string> = new Set([
  'status',
  'events',
  'explain',
  'doctor',
  'plan',
  'validate',
  'verify',
  'statements',
  'parked',
]);

/** Text by heading. */
function sectionsOf(path: string): Readonly<Record<string, string>> {
  const [, ...sections] = readFileSync(path, 'utf8').split(/^## /m);
  return Object.fromEntries(sections.map((text) => [text.slice(0, text.indexOf('\n')), text]));
}
