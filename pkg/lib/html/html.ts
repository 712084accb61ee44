/** A piece of HTML in which every value was escaped. */
export class Html {
  readonly text: string;

  /** @param text - HTML, not a value */
  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Html | undefined | readonly Part[];

/** HTML with values in it, each escaped unless it is HTML itself. Attributes need quotes. */
export function markup(parts: TemplateStringsArray, ...values: readonly Part[]): Html {
  return new Html(parts.reduce((text, part, index) => text + textOf(values[index - 1]) + part));
}

/** A table, or the words for an empty one. */
export function table(head: readonly string[], rows: readonly (readonly Part[])[], none = 'None.'): Html {
  const cells = (row: readonly Part[]): Html => markup`<tr>${row.map(cellOf)}</tr>\n`;
  const heads = head.map((cell) => markup`<th scope="col">${cell}</th>`);
  return rows.length === 0
    ? markup`<p>${none}</p>\n`
    : markup`<table><thead><tr>${heads}</tr></thead>\n<tbody>${rows.map(cells)}</tbody></table>\n`;
}

/** Lets only long words break, so that other columns keep their width. */
function cellOf(cell: Part): Html {
  return typeof cell === 'string' && cell.length > LONG
    ? markup`<td class="long">${cell}</td>`
    : markup`<td>${cell}</td>`;
}

const LONG = 20;

/** A list of names with their values. */
export function facts(rows: readonly (readonly [name: string, value: Part])[]): Html {
  const lines = rows.map(([name, value]) => markup`<tr><th scope="row">${name}</th>${cellOf(value)}</tr>\n`);
  return markup`<table><tbody>${lines}</tbody></table>\n`;
}

/** A list. */
export function list(items: readonly Part[]): Html {
  return markup`<ul>${items.map((item) => markup`<li>${item}</li>\n`)}</ul>\n`;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Characters that no page may contain, and those that change the display order of text. */
// oxlint-disable-next-line no-control-regex -- it matches control characters
const UNFIT = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ud800-\udfff]/gu;

function textOf(value: Part): string {
  if (value instanceof Html) {
    return value.text;
  }
  if (typeof value === 'object') {
    return value.map(textOf).join('');
  }
  return String(value ?? '')
    .replace(UNFIT, '\ufffd')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
