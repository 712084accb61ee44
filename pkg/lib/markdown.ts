import { append } from './append.ts';
import { Html, list, markup } from './html/html.ts';

/** A block of code between fences. */
export const FENCE = /^( *)```([^\n]*)\n([\s\S]*?)^ *```/gm;

/** What follows the text of a link; undefined for nothing. */
type AddressOf = (link: string) => string | undefined;

/**
 * The HTML of a page of the documentation: headings, paragraphs, lists and blocks of code. A link becomes its text and,
 * in parentheses, its address, for readers on paper.
 * @param level - of its first heading
 */
export function htmlOf(markdown: string, level: number, addressOf: AddressOf): Html {
  const parts: Html[] = [];
  let from = 0;
  for (const { index, 0: fence, 3: code } of markdown.matchAll(FENCE)) {
    append(parts, prose(markdown.slice(from, index), level, addressOf));
    parts.push(markup`<pre>${code}</pre>\n`);
    from = index + fence.length;
  }
  return markup`${parts}${prose(markdown.slice(from), level, addressOf)}`;
}

function prose(text: string, level: number, addressOf: AddressOf): Html[] {
  const inline = (part: string): Html[] => inlineOf(part, addressOf);
  const blocks = text.split(/\n{2,}/).map((block) => block.trim());
  return blocks.flatMap((block) => {
    const [, hashes = '', heading = ''] = /^(#*) *(.*)$/s.exec(block) ?? [];
    if (hashes !== '') {
      const tag = new Html(`h${hashes.length + level - 1}`);
      return markup`<${tag}>${inline(heading)}</${tag}>\n`;
    }
    if (block.startsWith('- ')) {
      return list(
        block
          .split(/^- /m)
          .slice(1)
          .map((item) => inline(item.trim())),
      );
    }
    return block === '' ? [] : markup`<p>${inline(block)}</p>\n`;
  });
}

function inlineOf(text: string, addressOf: AddressOf): Html[] {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*|\*\w[^*]*\*|\[[^\]]*\]\([^)]*\))/).map((part) => {
    const [, code, strong, emphasis, label, link = ''] =
      /^(?:`(.+)`|\*\*(.+)\*\*|\*(\w.*)\*|\[(.+)\]\((.*)\))$/s.exec(part) ?? [];
    if (code !== undefined) {
      return markup`<code>${code}</code>`;
    }
    if (strong !== undefined) {
      return markup`<strong>${inlineOf(strong, addressOf)}</strong>`;
    }
    if (label !== undefined) {
      const address = addressOf(link);
      return markup`${inlineOf(label, addressOf)}${address === undefined ? '' : ` (${address})`}`;
    }
    return emphasis === undefined ? markup`${part}` : markup`<em>${inlineOf(emphasis, addressOf)}</em>`;
  });
}
