/** The page of one code. */
export type Page = {
  readonly title: string;
  readonly meaning: string;
  /** When a person may see it without anything being wrong. */
  readonly normal: string;
  readonly action: string;
};

export const page = (title: string, meaning: string, normal: string, action: string): Page => ({title, meaning, normal, action});

/** The section of a code: symptom, first command, what it changes, undo. The pages come with the package. */
export const runbookPage = (code: string): string => `docs/runbook/errors.md#${code.toLowerCase()}`;
