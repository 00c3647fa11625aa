/** `npm run docs`: writes the pages that are made from the code. `test/documents.test.ts` fails while one is old. */
import {writeFileSync} from 'node:fs';
import {commandsPage} from './commands-page.ts';
import {enginesPage} from './engines-page.ts';

writeFileSync(new URL('engines.md', import.meta.url), enginesPage());
writeFileSync(new URL('commands.md', import.meta.url), await commandsPage());
