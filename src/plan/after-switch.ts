/** What is looked at while the target serves and can still be left, where the plan says nothing of it. */
import type {StatementRules} from '../model/statement-comparison.ts';
import type {Plan} from './plan.ts';

/** Twice as slow is noticed by users, a few milliseconds are not; caches are cold at first, and a few calls are chance. */
const STATEMENTS: StatementRules = {factor: 2, leastMs: 10, callsMin: 10};

export const statementRules = ({afterSwitch}: Pick<Plan, 'afterSwitch'>): StatementRules => afterSwitch?.statements ?? STATEMENTS;
