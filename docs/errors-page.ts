/** `docs/runbook/errors.md`: a heading for every stable code, with what `crossfade explain CODE` says of it. */
import {explainPages} from '../src/cli/explain-pages.ts';

export const errorsPage = (): string =>
  [
    '# Errors by their code',
    '',
    '<!-- Written by `npm run docs` from the pages of `crossfade explain`. Edit those. -->',
    '',
    '**You are here when** a command ended with a code. The first command is `crossfade explain CODE`, which changes nothing and says what stands here;',
    'the message itself names what was found, where, and what comes next. What was done before the error stays on record, and `crossfade resume`',
    'goes on from there once its cause is settled.',
    '',
    ...Object.entries(explainPages).flatMap(([code, {title, meaning, normal, action}]) => [
      `## ${code}`,
      '',
      `**${title[0]?.toUpperCase()}${title.slice(1)}.** ${meaning}`,
      '',
      `- When it is normal: ${normal}`,
      `- What to do: ${action}`,
      '',
    ]),
  ].join('\n');
