const CHARACTERS: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' };

/** The texts of an HTML page as a reader sees them. */
export function linesOf(html: string): string[] {
  return html
    .split(/<[^>]*>/)
    .map(textOf)
    .filter((text) => text !== '');
}

/** Its blocks of code. */
export function codeBlocks(html: string): string[] {
  return [...html.matchAll(/<pre>(.*?)<\/pre>/gs)].map(([, text = '']) => textOf(text));
}

function textOf(html: string): string {
  return html.replace(/&(\w+|#39);/g, (_, name: string) => CHARACTERS[name] ?? '?');
}
