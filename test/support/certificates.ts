/** A certificate authority of the test's own, made with the openssl program. */
import {execFileSync} from 'node:child_process';
import {chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {serverAccount} from '../../examples/demo/embedded-binaries.ts';

export type Certificates = Disposable & {
  /** The authority that signed the server's certificate, and one that did not. */
  readonly ca: string;
  readonly otherCa: string;
  /** For the server's settings `ssl_cert_file` and `ssl_key_file`. */
  readonly certificate: string;
  readonly key: string;
};

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
const DAYS = ['-days', '2'];

/** The server's certificate is for these names only. */
export function makeCertificates(names: readonly string[]): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'crossfade-tls-'));
  const path = (name: string): string => join(folder, name);
  const openssl = (...words: readonly string[]): void =>
    void execFileSync('openssl', words, {cwd: folder, stdio: ['ignore', 'ignore', 'pipe']});
  for (const name of ['ca', 'other'])
    openssl('req', '-x509', ...KEY, '-keyout', `${name}.key`, '-out', `${name}.pem`, ...DAYS, '-subj', `/CN=${name}`);
  writeFileSync(path('names'), `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}\n`);
  openssl('req', ...KEY, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=server');
  openssl(
    'x509',
    '-req',
    '-in',
    'server.csr',
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-out',
    'server.pem',
    ...DAYS,
    '-extfile',
    'names',
  );
  giveToServer(folder, path('server.key'), path('server.pem'));
  return {
    ca: path('ca.pem'),
    otherCa: path('other.pem'),
    certificate: path('server.pem'),
    key: path('server.key'),
    [Symbol.dispose]: () => rmSync(folder, {recursive: true}),
  };
}

/** PostgreSQL refuses a key that others may read. */
function giveToServer(...paths: readonly string[]): void {
  const account = serverAccount();
  for (const path of paths) {
    if (path.endsWith('.key')) chmodSync(path, 0o600);
    if (account) chownSync(path, account.uid, account.gid);
  }
}
