import { compact } from '../../../contract/compact.ts';
import { FOUND_IN, type FoundIn } from '../../../contract/api/search.ts';
import type { PackedTexts, ThingTexts } from './files.ts';

const WHERE: ReadonlySet<string> = new Set(FOUND_IN);

/** A text in one line, as the index keeps all of them. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** Texts as a part keeps them. */
export function pack({ objects, texts, ...rest }: ThingTexts): PackedTexts {
  const lines = texts.map(([where, text, within, runs]) => [where, text, within, runs.join(' ')].join('\t'));
  return { ...rest, objects: objects.join(' '), texts: lines.join('\n') };
}

/** The same as they are put together. */
export function unpack({ thing, objects, texts, cut, unread }: PackedTexts): ThingTexts {
  return compact({
    thing,
    objects: objects === '' ? [] : objects.split(' '),
    texts:
      texts === ''
        ? []
        : texts
            .split('\n')
            .map(textIn)
            .filter((text) => text !== undefined),
    cut,
    unread,
  });
}

/** What a line says; undefined for one that the index does not write. */
export function textIn(line: string): ThingTexts['texts'][number] | undefined {
  const [where = '', text = '', within = '', runs = ''] = line.split('\t');
  return WHERE.has(where) ? [where as FoundIn, text, within, runs.split(' ').map(Number)] : undefined;
}
