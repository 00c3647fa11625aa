/** The page of the API as somebody follows it who has curl, jq, openssl and a key, over a run that waits; and with TLS. */
import {execFileSync} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import {request} from 'node:https';
import {join, resolve} from 'node:path';
import {expect, test} from 'vitest';
import {currentPerson} from '../../src/cli/actor.ts';
import {CALLS} from '../../src/cli/api.ts';
import {privateKeyOf, publicKeyText} from '../../src/journal/signature.ts';
import {served} from '../support/api-client.ts';
import {makeCertificates} from '../support/certificates.ts';
import {systemProgram} from '../support/installed-tools.ts';
import {openLetters} from '../support/letters.ts';
import {keyed} from '../support/people.ts';
import {optional} from '../support/servers.ts';
import {until} from '../support/until.ts';

const PAGE = readFileSync('docs/api.md', 'utf8');
const ADDRESS = 'http://127.0.0.1:7415';
const tools = await optional(() => Promise.all(['curl', 'jq', 'openssl', 'bash'].map((tool) => systemProgram(tool))));

test('names every call there is, with what it needs', () => {
  const rows = [...PAGE.matchAll(/^\| `(GET|POST) ([^`]+)` \| (\w+) \|/gm)].map(([, method, path, role]) => ({method, path, role}));
  expect(rows).toEqual(CALLS);
});

test.skipIf(!tools)('its examples look at a run, steer it, and sign a yes that the run goes on with', async () => {
  await using story = await openLetters('shop');
  const bash = (script: string): string =>
    execFileSync('bash', ['-euo', 'pipefail', '-c', script], {cwd: story.folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']});
  bash('openssl genpkey -algorithm ed25519 -out ann.pem');
  const key = publicKeyText(privateKeyOf(readFileSync(join(story.folder, 'ann.pem'), 'utf8')));
  const {name, key: other, accounts} = keyed('eve', 'approve', currentPerson().name);
  const plan = {
    gates: {cutover: ['replication-lag', 'checksum-match', 'approval']},
    approval: {
      quorum: 1,
      starterMay: false,
      people: [
        {name: 'ann', key},
        {name, key: other, accounts},
      ],
    },
    cutover: {start: 'manual', stallBudget: '8s'},
  };
  story.start(['run', story.writePlan('plan.yaml', plan)]);
  await story.untilFact(
    'the comparison',
    (fact) => fact.type === 'gate-verdict' && fact.verdict.gate === 'checksum-match' && fact.verdict.go,
  );
  const {url} = await served(story);
  const {token} = JSON.parse((await story.type('token', 'create', 'ops', '--role', 'operate', '--json')).output) as {
    readonly token: string;
  };
  writeFileSync(join(story.folder, 'ops.header'), `Authorization: Bearer ${token}\n`);
  const [serve = '', ...blocks] = [...PAGE.matchAll(/```sh\n([^]*?)```/g)].map(([, block = '']) => block.replaceAll(ADDRESS, url));
  expect(serve).toContain('crossfade serve');
  const program = `crossfade() { '${process.execPath}' '${resolve('src/cli/main.ts')}' "$@" --state '${join(story.folder, 'state')}'; }`;
  const answers = blocks.map((block) => bash(`${program}\n${block}`));
  expect(blocks.length).toBe(3);
  expect(answers[0]).toContain('ann    approve');
  expect(answers[1]).toMatch(/"name":"shop","phase":"cutover"[^]*"last":12[^]*"recorded":true/);
  expect(answers[2]).toMatch(/"recorded":true/);
  await story.untilFact('the yes', (fact) => fact.type === 'gate-verdict' && fact.verdict.evidence === '1 of 1 approvals: ann');
  expect(
    await story.type(
      'approve',
      'approval',
      '--signed',
      join(story.folder, 'approval.json'),
      '--reason',
      'looked at the comparison',
      '--yes',
    ),
  ).toMatchObject({
    code: 2,
    error: expect.stringContaining('was given already'),
  });
  expect(await story.type('events', '--verify')).toMatchObject({code: 0});
});

test.skipIf(!tools)('at an address of the network it answers with TLS, and only to whoever has a token', async () => {
  await using story = await openLetters('tls');
  using certificates = makeCertificates(['crossfade.test']);
  const {token} = JSON.parse((await story.type('token', 'create', 'ann', '--role', 'view', '--json')).output) as {readonly token: string};
  story.start(['serve', '--listen', '0.0.0.0:0', '--tls-cert', certificates.certificate, '--tls-key', certificates.key]);
  const port = await until('its address', async () => /^https:\/\/0\.0\.0\.0:(\d+)$/m.exec(readFileSync(story.log, 'utf8'))?.[1]);
  const get = (ca: string, headers: Readonly<Record<string, string>>): Promise<number | undefined> =>
    new Promise((answered, failed) => {
      const options = {host: '127.0.0.1', port, path: '/v1', servername: 'crossfade.test', ca: readFileSync(ca), headers};
      request(options, (response) => void response.resume().once('end', () => answered(response.statusCode)))
        .once('error', failed)
        .end();
    });
  const host = `crossfade.test:${port}`;
  expect(await get(certificates.ca, {host})).toBe(401);
  expect(await get(certificates.ca, {host, authorization: `Bearer ${token}`})).toBe(200);
  await expect(get(certificates.otherCa, {host})).rejects.toThrow(/unable to|self-signed|certificate/);
});
