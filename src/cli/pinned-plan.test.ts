import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, it} from 'vitest';
import {created, stateAfter} from '../../test/support/journal-facts.ts';
import {readPlanFile} from '../plan/plan-file.ts';
import {pinnedPlanOf} from './pinned-plan.ts';
import {crossfadeVersion} from './version.ts';

const folder = mkdtempSync(join(tmpdir(), 'crossfade-pinned-'));
afterAll(() => rmSync(folder, {recursive: true}));
const file = join(folder, 'plan.yaml');
const TEXT = readFileSync('plans/shop-17-to-18.yaml', 'utf8');

/** A run of that plan, by a version of Crossfade. */
async function begun(planFile = file, version = crossfadeVersion()) {
  writeFileSync(file, TEXT);
  const {plan, checksum} = await readPlanFile(file);
  return stateAfter({...created, planFile, plan, planChecksum: checksum, version});
}

describe('the plan of a run', () => {
  it('is its file, while that says the same', async () => {
    const state = await begun();
    expect(await pinnedPlanOf(state)).toMatchObject({file, checksum: state.plan.checksum});
    writeFileSync(file, TEXT.replace('parallel: 4', 'parallel: 5'));
    await expect(pinnedPlanOf(state)).rejects.toMatchObject({code: 'CF-PLAN-002', message: expect.stringContaining('parallel')});
  });

  it.each(['-', join(folder, 'gone.yaml')])('is what the journal has, when it came from %s', async (planFile) => {
    const state = await begun(planFile);
    const {plan} = await readPlanFile(file);
    expect(await pinnedPlanOf(state)).toEqual({plan, file: planFile, checksum: state.plan.checksum});
  });

  it('of another version is not taken from the journal', async () => {
    await expect(pinnedPlanOf(await begun('-', '0.0.1'))).rejects.toMatchObject({code: 'CF-PLAN-004'});
  });
});
