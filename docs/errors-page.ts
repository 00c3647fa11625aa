/** `docs/runbook/errors.md`: a heading for every stable code, with what `crossfade explain CODE` says of it, in the form of the runbook. */
import {explainPages} from '../src/cli/explain-pages.ts';
import {changesIn, firstLook} from './error-looks.ts';

export const errorsPage = (): string =>
  [
    '# Errors by their code',
    '',
    '<!-- Written by `npm run docs` from the pages of `crossfade explain` and docs/error-looks.ts. Edit those. -->',
    '',
    '**You are here when** a command ended with a code. The message itself names what was found, where, and what comes next. What was done before the',
    'error stays on record, and `crossfade resume` goes on from there once its cause is settled. No first command changes anything.',
    '',
    ...Object.entries(explainPages).flatMap(([code, {title, meaning, normal, action}]) => [
      `## ${code}`,
      '',
      `- **Symptom**: ${title}. ${meaning} When it is normal: ${normal}`,
      `- **First command**: \`${firstLook(code)}\``,
      `- What to do: ${action}`,
      ...effect(action),
      '',
    ]),
  ].join('\n');

function effect(action: string): readonly string[] {
  const changes = changesIn(action);
  if (changes.length === 0)
    return ['- **What it changes**: nothing but what you change yourself.', '- **Undo**: your own change, in the way you made it.'];
  return [
    `- **What it changes**: ${changes.map(({verb, changes: what}) => `\`crossfade ${verb}\` ${what}`).join('; ')}.`,
    `- **Undo**: ${changes.map(({verb, undo}) => `\`crossfade ${verb}\` ${undo}`).join('; ')}.`,
  ];
}
