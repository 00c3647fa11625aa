import {readdirSync, readFileSync} from 'node:fs';
import {afterEach, expect, test, vi} from 'vitest';
import {realEffects} from '../../test/support/effects.ts';
import {readPlanFile} from '../plan/plan-file.ts';
import {openSides, openSwitches} from './compose.ts';

const MIGRATION = {id: '0198c0de-0000-7000-8000-00000000ab01', short: '0198c0de', name: 'composed'};

afterEach(() => void vi.unstubAllEnvs());

const plans = readdirSync('plans').filter((name) => name.endsWith('.yaml'));

test.each(plans)('the parts that plans/%s names are found, without connecting to anything', async (name) => {
  for (const [, reference = ''] of readFileSync(`plans/${name}`, 'utf8').matchAll(/\benv:(\w+)/g)) {
    const scheme = /mysql|mariadb/i.exec(reference)?.[0].toLowerCase() ?? 'postgres';
    vi.stubEnv(reference, `${scheme}://me@${reference.toLowerCase().replaceAll('_', '-')}.internal:5433/shop`);
  }
  const {plan} = await readPlanFile(`plans/${name}`);
  const sides = await openSides(plan, MIGRATION, realEffects());
  const switches = openSwitches(plan, sides, MIGRATION, realEffects());
  expect(switches.map((one) => one.name)).toEqual(plan.switch.map((one) => one.name));
  await Promise.all([sides.source.close(), sides.target.close()]);
});

test('an address of another engine than the plan says is refused before anything is sent there, without its password', async () => {
  const {plan} = await readPlanFile('plans/postgres-to-mysql.yaml');
  const target = {...plan.target, url: {kind: 'literal', value: 'postgres://me:hunter2@new.internal/shop'}} as const;
  const source = {...plan.source, url: {kind: 'literal', value: 'postgresql://me@old.internal/shop'}} as const;
  const opened = openSides({...plan, source, target}, MIGRATION, realEffects());
  await expect(opened).rejects.toMatchObject({
    code: 'CF-PLAN-005',
    message:
      'target.engine of the plan is mysql, whose addresses begin with mysql://, and target.url leads to postgres://me:***@new.internal/shop',
  });
});
