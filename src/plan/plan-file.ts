/**
 * The edge where a plan file becomes a `Plan`. Everything that is wrong is reported at once, with line and column.
 * Called by every command that takes a plan; below it nobody looks at the file again.
 */
import {readFile} from 'node:fs/promises';
import {dirname, resolve} from 'node:path';
import {TerminalError} from '../model/errors.ts';
import {readChecked} from './checked-yaml.ts';
import {locateFunctions, withDigests} from './function-digests.ts';
import type {DatabasePlan, PinnedPlan, Plan, SchemaPlan} from './plan.ts';
import {planChecksum} from './plan-checksum.ts';
import {PlanInvalid} from './plan-invalid.ts';
import {planSchemaFor} from './plan-schema.ts';
import {SHIPPED, type Vocabulary} from './vocabulary.ts';

/** Throws `PlanInvalid` with all problems, or CF-PLAN-004 when there is no such file. */
export async function readPlanFile(file: string, words: Vocabulary = SHIPPED): Promise<PinnedPlan> {
  return pinPlan(await textOf(file), file, words);
}

/** The same from the file's text. */
export function pinPlan(text: string, file: string, words: Vocabulary = SHIPPED): PinnedPlan {
  const folder = dirname(resolve(file));
  const parsed = parsePlan(text, file, words);
  const plan = parsed.mapping ? {...parsed, mapping: withDigests(parsed.mapping, folder)} : parsed;
  return {plan: locate(plan, folder), file: resolve(file), checksum: planChecksum(plan)};
}

const parsePlan = (text: string, file: string, words: Vocabulary): Plan =>
  readChecked(
    text,
    file,
    (document) => planSchemaFor(document.get('workflow'), words),
    (problems) => new PlanInvalid(file, problems),
  );

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const next = 'name a plan file, such as plans/shop-17-to-18.yaml';
    throw new TerminalError(`there is no readable plan file ${file}`, {code: 'CF-PLAN-004', next, cause});
  }
}

/** Files named in a plan lie beside it, wherever the command is run. */
const locate = (plan: Plan, folder: string): Plan => ({
  ...plan,
  source: locateAuthority(plan.source, folder),
  target: locateAuthority(plan.target, folder),
  schema: locateSchema(plan.schema, folder),
  relay: plan.relay.kind === 'kafka' ? locateAuthority(plan.relay, folder) : plan.relay,
  ...(plan.mapping ? {mapping: locateFunctions(plan.mapping, folder)} : {}),
});

const locateSchema = (schema: SchemaPlan, folder: string): SchemaPlan =>
  schema.kind === 'files' ? {...schema, preData: resolve(folder, schema.preData), postData: resolve(folder, schema.postData)} : schema;

const locateAuthority = <T extends Pick<DatabasePlan, 'tls'>>(one: T, folder: string): T =>
  one.tls?.ca === undefined ? one : {...one, tls: {...one.tls, ca: resolve(folder, one.tls.ca)}};
