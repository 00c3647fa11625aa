/** Text for a page, with everything escaped that is not markup of ours. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Piece = string | number | Markup | readonly Piece[];

/** Every value is escaped, but other markup. */
export const html = (strings: TemplateStringsArray, ...values: readonly Piece[]): Markup =>
  new Markup(strings.reduce((text, string, index) => text + textOf(values[index - 1] ?? '') + string));

const textOf = (piece: Piece): string => {
  if (piece instanceof Markup) return piece.text;
  if (typeof piece === 'object') return piece.map(textOf).join('');
  return String(piece).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
};

/** A table, or a sentence where it would be empty. */
export function table(heads: readonly string[], rows: readonly (readonly Piece[])[], otherwise: string): Markup {
  if (rows.length === 0) return html`<p class="none">${otherwise}</p>`;
  return html`<table>
<thead><tr>${heads.map((head) => html`<th>${head}</th>`)}</tr></thead>
<tbody>${rows.map((cells) => html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>\n`)}</tbody>
</table>`;
}

/** A word with a colour; the word alone says it as well, for printers and for those who see no colours. */
export const badge = (kind: 'good' | 'bad' | 'plain', word: string): Markup => html`<span class="badge ${kind}">${word}</span>`;

/** `2026-11-22 02:45:13 UTC`. */
export const moment = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;
