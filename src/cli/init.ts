/** `crossfade init [FILE]`: writes a plan with comments. Asks at a terminal; elsewhere flags answer. */
import {dirname, join} from 'node:path';
import {pinPlan} from '../plan/plan-file.ts';
import {planJsonSchemaText} from '../plan/json-schema.ts';
import {writeAskedFile} from './asked-file.ts';
import type {CommandModule, Invocation} from './command.ts';
import {EXIT, type ExitCode} from './exit-codes.ts';
import {answersFor, questionsFor} from './init-answers.ts';
import {changePlanText} from './init-change-plan.ts';
import {type Parts, planText} from './init-plan.ts';
import {isThere, writeNewFile} from './new-file.ts';
import {STDIN} from './plan-argument.ts';

/** Beside the plan, where its first line looks for it. */
const SCHEMA_FILE = 'plan.schema.json';

export const command: CommandModule = {
  configure: (command) => {
    command.argument('[file]', 'the plan to write, or - for stdout', 'plan.yaml');
    for (const {key, value, about} of questionsFor('plan.yaml')) command.option(`--${key} ${value}`, about);
    command.option(
      '--in-place <table>',
      'a plan that changes this table (schema.table) in the database of --source, instead of one that moves',
    );
    command.option('--through-kafka', 'changes come through Debezium and Kafka instead of straight from the source');
    command.option(
      '--reads-first <outbox>',
      'the reads of an application with crossfade/router move before its writes; its outbox, as schema.table',
    );
    command.option('--dry-run', 'print the plan, and write nothing');
  },
  run: async (invocation) => {
    const {args, options, prompt, output} = invocation;
    const file = String(args[0]);
    const answers = await answersFor(file, options, prompt, output);
    if (!answers) return unchanged(invocation);
    const text = options['inPlace'] === undefined ? planText(answers, partsOf(options)) : changePlanText(answers);
    const {plan} = pinPlan(text, file); // what is written is valid, or nothing is
    if (file === STDIN || options['dryRun'] === true) return print(text, file, plan.name, invocation);
    if (!(await writeAskedFile(file, text, plan.name, invocation))) return EXIT.done;
    return report(file, plan.name, await writeSchema(file), invocation);
  },
};

const partsOf = ({throughKafka, readsFirst}: Invocation['options']): Parts => ({
  kafka: throughKafka === true,
  ...(typeof readsFirst === 'string' && {outbox: readsFirst}),
});

/** For the editor; one that is there stays as it is. */
async function writeSchema(file: string): Promise<string | undefined> {
  const schema = join(dirname(file), SCHEMA_FILE);
  if (isThere(schema)) return undefined;
  await writeNewFile(schema, planJsonSchemaText());
  return schema;
}

function report(file: string, name: string, schemaFile: string | undefined, {output}: Invocation): ExitCode {
  if (output.isJson) output.document({file, name, written: true, schemaFile: schemaFile ?? null});
  else output.data(`${file} is written: ${name}${schemaFile === undefined ? '' : `; beside it ${schemaFile}, for your editor`}`);
  output.say(`Next: crossfade doctor ${file}`);
  return EXIT.done;
}

function print(text: string, file: string, name: string, {output}: Invocation): ExitCode {
  if (output.isJson) output.document({file, name, written: false, text});
  else output.data(text.trimEnd());
  return EXIT.done;
}

function unchanged({output}: Invocation): ExitCode {
  output.insist('Nothing was changed.');
  return EXIT.done;
}
