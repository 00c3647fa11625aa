/** `npm run types -- [--values N] [--seed S]`: the same properties with more values of each type, in batches of a fresh pair of databases each. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {parseArgs} from 'node:util';

/** A row of a table has one value of every type, and each batch its own seed. */
const VALUES_EACH = 250;

const {values} = parseArgs({
  options: {values: {type: 'string', default: '10000'}, seed: {type: 'string', default: String(Date.now() % 2 ** 31)}},
});
const asked = Number(values.values);
const first = Number(values.seed);
if (!Number.isInteger(asked) || asked < 1 || !Number.isInteger(first)) throw new Error('--values and --seed are whole numbers');

for (let done = 0, seed = first; done < asked; done += VALUES_EACH, seed += 1000) {
  const count = Math.min(VALUES_EACH, asked - done);
  const environment = {...process.env, TYPES_VALUES: String(Math.max(count, 12)), TYPES_SEED: String(seed)};
  const child = spawn('npx', ['vitest', 'run', '--project', 'database', '--testTimeout', '1800000', 'test/types'], {
    env: environment,
    stdio: 'inherit',
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) {
    process.exitCode = 1;
    break;
  }
}
