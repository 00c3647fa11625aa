/** The alert rules that come with this package, with links that whoever is called can follow. */
import {readFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';
import {InvalidArgumentError} from 'commander';

/** As Prometheus takes them. `docs`: where the folder docs of this package can be read; without it links begin at the package. */
export async function alertRules(docs: string | undefined): Promise<string> {
  const home = dirname(createRequire(import.meta.url).resolve('crossfade/package.json'));
  const text = await readFile(join(home, 'docs', 'alerts', 'crossfade.rules.yml'), 'utf8');
  return docs === undefined ? text : text.replaceAll(/(?<=runbook_url: )docs(?=\/)/g, docs);
}

/** A flag's value; without a stroke at its end. */
export function docsAddress(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url && ['http:', 'https:'].includes(url.protocol) && !/[\s'"#?]/.test(value)) return value.replace(/\/+$/, '');
  throw new InvalidArgumentError('it is an address such as https://wiki.example.com/crossfade/docs');
}
