import type {Invocation} from './command.ts';
import {isThere, writeNewFile} from './new-file.ts';
import {confirmed} from './prompt.ts';

/** Writes a file that a person named. One that is there is replaced only when they say so; answers whether it was written. */
export async function writeAskedFile(
  file: string,
  text: string,
  planName: string,
  {global, prompt, output}: Pick<Invocation, 'global' | 'prompt' | 'output'>,
): Promise<boolean> {
  const isReplaced = isThere(file);
  const question = {severity: 'moderate', planName, consequences: [`${file} is there already and would be replaced.`]} as const;
  if (isReplaced && !(await confirmed(question, global, prompt, output))) return false;
  await writeNewFile(file, text, isReplaced);
  return true;
}
