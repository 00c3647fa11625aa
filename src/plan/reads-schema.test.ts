import {describe, expect, test} from 'vitest';
import {problemsOf} from '../../test/support/plan-problems.ts';
import {pinPlan} from './plan-file.ts';

const planText = (workflow: string, more: string, source = 'postgres', target = 'postgres'): string => `name: shop
workflow: ${workflow}
source: {engine: ${source}, url: env:SOURCE_URL}
target: {engine: ${target}, url: env:TARGET_URL}
scope: {tables: [shop.*]}
${more}`;
const READS = 'reads: {outbox: shop.outbox}\napplicationRoles: [app]\n';

describe('a live-migration that says how its reads move', () => {
  test('is the same plan as one of dual-write', () => {
    const [named, said] = ['dual-write', 'live-migration'].map((workflow) => pinPlan(planText(workflow, READS), 'p.yaml'));
    expect(said?.plan.workflow).toBe('dual-write');
    expect(said).toEqual(named);
    expect(pinPlan(planText('live-migration', ''), 'p.yaml').plan.workflow).toBe('live-migration');
  });

  test.each([
    ['roles that report', 'reads: {outbox: shop.outbox}\n', 'applicationRoles: must name at least one role'],
    ['the router', `${READS}switch: [{command: {run: ./switch.sh}}]\n`, 'switch[0]: must be router'],
    ['shares that rise', READS.replace('}', ', shift: {steps: [10, 10]}}'), 'reads.shift.steps: must rise'],
  ])('needs %s', (_what, more, words) => {
    expect(problemsOf(planText('live-migration', more))).toEqual([expect.stringContaining(words)]);
  });

  test.each(['mysql', 'mariadb'])('may come from %s, whose tables are converted', (source) => {
    for (const workflow of ['dual-write', 'live-migration']) {
      expect(problemsOf(planText(workflow, `${READS}schema: {kind: convert}\n`, source))).toEqual([]);
      expect(problemsOf(planText(workflow, `${READS}schema: {kind: catalog}\n`, source))).toEqual([expect.stringContaining('schema')]);
    }
  });

  test.each(['dual-write', 'live-migration'])('needs a target whose snapshots tell what they show (%s)', (workflow) => {
    for (const source of ['postgres', 'mysql']) {
      const problems = problemsOf(planText(workflow, `${READS}schema: {kind: convert}\n`, source, 'mariadb'));
      expect(problems).toContainEqual(expect.stringMatching(/target\.engine: .*postgres/));
    }
  });
});

test('only reads that move have a gate', () => {
  const gate = 'gates: {cutover: [replication-lag, reads-match]}\n';
  expect(problemsOf(planText('live-migration', gate))).toEqual([expect.stringContaining('gates.cutover[1]: is for plans with reads')]);
  expect(problemsOf(planText('live-migration', gate + READS))).toEqual([]);
});
