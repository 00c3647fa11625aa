/** Unified diffs put in by what they say, wherever it stands by now: edits elsewhere in a file do not break them. */

export type Patch = {readonly path: string; readonly hunks: readonly {readonly before: string; readonly after: string}[]};

export const parsePatches = (text: string): readonly Patch[] =>
  text
    .split(/^(?=--- )/m)
    .filter((part) => part.startsWith('--- '))
    .map((part) => {
      const path = /^\+\+\+ b\/(.+)$/m.exec(part)?.[1];
      if (path === undefined) throw new Error('a patch names its file: +++ b/path');
      return {
        path,
        hunks: part
          .split(/^@@.*\n/m)
          .slice(1)
          .map(hunk),
      };
    });

const hunk = (text: string) => {
  const lines = text.split('\n').filter((line) => /^[ +-]/.test(line));
  const side = (left: string) =>
    lines
      .filter((line) => line.startsWith(' ') || line.startsWith(left))
      .map((line) => line.slice(1))
      .join('\n');
  return {before: `${side('-')}\n`, after: `${side('+')}\n`};
};

/** Throws when a place is gone, or is there twice. */
export const applyPatch = ({path, hunks}: Patch, source: string): string =>
  hunks.reduce((text, {before, after}) => {
    const places = text.split(before).length - 1;
    if (places !== 1) throw new Error(`the patch no longer fits ${path}: ${places} places read\n${before}`);
    return text.replace(before, () => after);
  }, source);
