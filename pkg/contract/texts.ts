/** A text of a catalogue, with `{name}` for each param; two where a page words it differently from the command line. */
export type Text = string | { readonly cli: string; readonly page: string };

/** Names of the params of a text. */
export type ParamsOf<Given extends Text> = Given extends string
  ? Given extends `${string}{${infer Name}}${infer Rest}`
    ? Name | ParamsOf<Rest>
    : never
  : Given extends { cli: infer Cli extends string; page: infer Page extends string }
    ? ParamsOf<Cli> | ParamsOf<Page>
    : never;

/** A text for the command line, the log and the API. */
export function cliText(text: Text): string {
  return typeof text === 'string' ? text : text.cli;
}

/** A text for the app's pages. */
export function pageText(text: Text): string {
  return typeof text === 'string' ? text : text.page;
}

/**
 * A text with its params, `empty` in place of those that are absent or empty. A param that ends with a period ends the
 * sentence, too.
 */
export function fill(text: string, params: Record<string, string>, empty = ''): string {
  return text.replace(/\{(\w+)\}(\.(?=\s|$))?/g, (_, name: string, end = '') => {
    const value = params[name] || empty;
    return value.endsWith('.') ? value : value + end;
  });
}
