/** `crossfade identity NAME`: a key or a token to approve with, and the line by which a plan knows whose it is. */
import {readFile} from 'node:fs/promises';
import {newPrivateKey, privateKeyOf, publicKeyText, tokenOf} from '../journal/signature.ts';
import {TerminalError} from '../model/errors.ts';
import {textOf, type CommandModule} from './command.ts';
import {EXIT} from './exit-codes.ts';
import {isThere, writeSecretFile} from './new-file.ts';

export const command: CommandModule = {
  configure: (command) =>
    void command
      .argument('<name>', 'whose it is')
      .option('--key <file>', 'the private key, in PEM; made when it is not there, for its owner’s eyes only')
      .option('--token', 'print a new token instead, once'),
  run: async ({args: [name], options, output}) => {
    const [file, isToken] = [textOf(options['key']), options['token'] === true];
    if ((file === undefined) !== isToken)
      throw new TerminalError('a key or a token?', {code: 'CF-USAGE-001', next: 'add --key FILE or --token'});
    const key = file !== undefined && isThere(file) ? privateKeyOf(await readFile(file, 'utf8')) : newPrivateKey();
    if (file !== undefined && !isThere(file)) await writeSecretFile(file, key.export({format: 'pem', type: 'pkcs8'}).toString());
    const person = {name: String(name), key: publicKeyText(key), role: 'approve'};
    const token = isToken ? tokenOf(key) : undefined;
    if (output.isJson) output.document({...person, ...(token === undefined ? {} : {token})});
    else {
      if (token !== undefined) output.data(token);
      output.data(`    - {name: ${person.name}, key: '${person.key}', role: ${person.role}}`);
    }
    output.say(
      token === undefined
        ? 'The line goes under approval: people: in the plan; the key stays with its owner, and never where a runner is.'
        : 'The token is shown this once: keep it in CROSSFADE_TOKEN or a file of your own. The line goes under approval: people: in the plan.',
    );
    return EXIT.done;
  },
};
