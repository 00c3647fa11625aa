/** Two servers' answers as the application's own `pg` reads them: what its type parsers make differently of the same is a difference. */
import {type Answer, canonical, differenceOf} from './canonical-answer.ts';
import type {Judge} from './read-comparison.ts';

const isSame = (a: Answer, b: Answer): boolean => canonical(a) === canonical(b);

const counted = ({fields, rows}: Answer) => ({columns: fields, rows});

export const pgJudge: Judge<Answer> = {
  isSame,
  verdict: (source, target) => ({kind: isSame(source, target) ? 'equal' : 'differing'}),
  difference: (text, source, target) => differenceOf(text, counted(source), counted(target)),
};
