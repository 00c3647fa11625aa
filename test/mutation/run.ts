/** `npm run mutations [-- NAME…]`: every known bug put in, one at a time, and whether its test catches it. */
import {MutatedTree} from './mutate.ts';
import {mutations} from './mutations.ts';

const asked = process.argv.slice(2);
using tree = new MutatedTree();
const said: (string | undefined)[] = [];
for (const mutation of mutations.filter(({bug}) => asked.length === 0 || asked.includes(bug))) {
  const fault = (await tree.judge(mutation)) ?? ((await tree.passes(mutation)) ? undefined : 'the test fails without the bug as well');
  process.stdout.write(`${fault === undefined ? 'caught' : 'MISSED'}  ${mutation.bug}${fault === undefined ? '' : `: ${fault}`}\n`);
  said.push(fault);
}
const missed = said.filter((fault) => fault !== undefined).length;
process.stdout.write(`${said.length - missed} caught, ${missed} missed\n`);
if (missed > 0 || said.length === 0) process.exitCode = 1;
