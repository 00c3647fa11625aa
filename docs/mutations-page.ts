/** `docs/mutations.md`: the bugs that tests put into the code, and the test that catches each. */
import {mutations} from '../test/mutation/mutations.ts';

export const mutationsPage = (): string =>
  [
    '# Bugs that are put in',
    '',
    '<!-- Written by `npm run docs` from test/mutation/mutations.ts. Edit that. -->',
    '',
    'Each is a patch in `test/mutation`, applied to a copy of the project. The test named has to fail by its own assertion, and',
    'to pass without the patch. `npm run mutations` tries them all, `npm test` those that need no database.',
    '',
    '| bug | what goes wrong with it | caught by |',
    '| --- | --- | --- |',
    ...mutations.map(({bug, harm, file, test}) => `| ${bug} | ${harm} | \`${file}\`: "${test}" |`),
    '',
  ].join('\n');
