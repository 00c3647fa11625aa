/** `npm run docs`: writes the pages that are made from the code. `test/documents.test.ts` fails while one is old. */
import {readFileSync, writeFileSync} from 'node:fs';
import {commandsPage} from './commands-page.ts';
import {dashboard} from './dashboard.ts';
import {enginesPage} from './engines-page.ts';
import {errorsPage} from './errors-page.ts';
import {metricsPage} from './metrics-page.ts';
import {mutationsPage} from './mutations-page.ts';
import {mysqlPage} from './mysql-page.ts';
import {proofPage, quoteProof, readProof} from './proof-page.ts';
import {toMysqlPage} from './to-mysql-page.ts';

writeFileSync(new URL('engines.md', import.meta.url), enginesPage());
writeFileSync(new URL('commands.md', import.meta.url), await commandsPage());
writeFileSync(new URL('metrics.md', import.meta.url), metricsPage());
writeFileSync(new URL('dashboards/crossfade.json', import.meta.url), dashboard());
writeFileSync(new URL('runbook/errors.md', import.meta.url), errorsPage());
writeFileSync(new URL('mutations.md', import.meta.url), mutationsPage());
writeFileSync(new URL('mysql.md', import.meta.url), mysqlPage());
writeFileSync(new URL('to-mysql.md', import.meta.url), toMysqlPage());
writeFileSync(new URL('proof.md', import.meta.url), proofPage(readProof()));
const readme = new URL('../README.md', import.meta.url);
writeFileSync(readme, quoteProof(readFileSync(readme, 'utf8'), readProof()));
