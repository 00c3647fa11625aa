/** `crossfade run` asks a person before anything is begun, and nobody else. */
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, test} from 'vitest';
import {stateFolder, type} from '../../test/support/command-line.ts';
import {realEffects} from '../../test/support/effects.ts';
import {openStateStore} from '../journal/state-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'crossfade-question-'));
afterAll(() => rmSync(folder, {recursive: true}));
const plan = join(folder, 'plan.yaml');
writeFileSync(
  plan,
  `name: shop
workflow: live-migration
source: {engine: postgres, url: 'env:CROSSFADE_TEST_UNSET_SOURCE'}
target: {engine: postgres, url: 'env:CROSSFADE_TEST_UNSET_TARGET'}
schema: {kind: existing}
scope: {tables: [shop.*]}
cutover: {start: manual, stallBudget: 5s}
`,
);

async function run(flags: readonly string[], answers?: readonly string[]) {
  await using state = await stateFolder();
  const {code, err} = await type(['run', plan, '--state', state.folder, ...flags], answers);
  const store = await openStateStore(state.folder, realEffects());
  try {
    return {code, err, begun: (await store.migrations()).length};
  } finally {
    await store.close();
  }
}

test.each([[['n']], [['']], [[]]])('at a terminal, %j begins nothing, and is no failure', async (answers) => {
  const {code, err, begun} = await run([], answers);
  expect({code, begun}).toEqual({code: 0, begun: 0});
  expect(err).toContain('shop moves shop.* from postgres to postgres (live-migration).\n');
  expect(err).toContain('The switch waits for crossfade cutover; writes stop for 5s at most.\n');
  expect(err).toContain('Nothing was changed.');
});

test.each([
  ['a yes', [], ['y']],
  ['--yes', ['--yes'], []],
  ['the name in advance', ['--confirm', 'shop'], []],
  ['no terminal', [], undefined],
  ['--no-input', ['--no-input'], []],
])('%s begins it', async (_, flags, answers) => {
  const {begun, err} = await run(flags, answers);
  expect(begun).toBe(1);
  expect(err).not.toContain('Nothing was changed.');
});

test('a change in place has no switch, and says what goes on meanwhile', async () => {
  await using state = await stateFolder();
  const {code, err} = await type(['run', 'plans/add-column.yaml', '--state', state.folder], ['n']);
  expect(code).toBe(0);
  expect(err).toContain(' changes one database where it is, on postgres (expand-contract).\n');
  expect(err).toContain('Until contract, which waits for an approval, crossfade abort takes all of it back.\n');
  expect(err).not.toContain('The switch');
});
