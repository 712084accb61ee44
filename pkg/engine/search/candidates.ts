import type { FoundIn } from '../../contract/api/search.ts';
import type { PackedTexts } from '../../repository/index/texts/files.ts';
import { objectsOf } from '../../repository/index/texts/merge.ts';
import { textIn } from '../../repository/index/texts/packed.ts';
import type { Thing } from '../../repository/index/generations/thing.ts';
import { fit, folded, type SearchWords } from './query.ts';

/** A text that fits. */
export interface Match {
  where: FoundIn;
  text: string;
  within: string;
  /** The versions that have it, by the start of their objects' ids; undefined = each version. */
  objects: () => ReadonlySet<string> | undefined;
  /** The lower, the better. */
  rank: number;
}

/** A resource with texts that fit, the best first. */
export interface Candidate {
  thing: Thing;
  matches: Match[];
  rank: number;
}

/** Titles before what is in a resource, and names before queries, which mention much. */
const ORDER: Record<FoundIn, number> = {
  title: 0,
  panel: 1,
  row: 1,
  rule: 1,
  uid: 2,
  tag: 2,
  'data-source': 3,
  variable: 3,
  query: 4,
};

/** What of a resource fits; undefined when nothing does. */
export function candidateOf(known: PackedTexts, words: SearchWords): Candidate | undefined {
  const matches: Match[] = [];
  const take = (where: FoundIn, text: string, within: string, objects: Match['objects']): void => {
    const how = fit(words, text);
    if (how !== undefined) {
      matches.push({ where, text, within, objects, rank: how * 10 + ORDER[where] });
    }
  };
  const [, , uid] = known.thing;
  take('uid', uid, '', () => undefined);
  for (const line of linesWith(known.texts, words)) {
    const text = textIn(line);
    if (text !== undefined) {
      const [where, content, within] = text;
      take(where, content, within, () => new Set(objectsOf(known.objects.split(' '), text)));
    }
  }
  matches.sort((a, b) => a.rank - b.rank);
  return matches[0] === undefined ? undefined : { thing: known.thing, matches, rank: matches[0].rank };
}

/** Lines that hold each word, wherever. Most resources are done with when all of their text was looked through. */
function linesWith(texts: string, { words }: SearchWords): string[] {
  const compared = folded(texts);
  if (!words.every((word) => compared.includes(word))) {
    return [];
  }
  const lines = texts.split('\n');
  return compared
    .split('\n')
    .flatMap((line, at) => (words.every((word) => line.includes(word)) ? (lines[at] ?? []) : []));
}
