import type { FoundIn } from '../../contract/api/search.ts';
import type { ThingTexts } from '../../repository/index/texts/files.ts';
import { objectsOf } from '../../repository/index/texts/merge.ts';
import type { Thing } from '../../repository/index/versions/files.ts';
import { fit, type SearchWords } from './query.ts';

/** A text that fits, and the versions that have it, by the start of their objects' ids; undefined = each version. */
export interface Match {
  where: FoundIn;
  text: string;
  within: string;
  objects: ReadonlySet<string> | undefined;
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
export function candidateOf(known: ThingTexts, words: SearchWords): Candidate | undefined {
  const matches: Match[] = [];
  const take = (where: FoundIn, text: string, within: string, objects: () => ReadonlySet<string> | undefined): void => {
    const how = fit(words, text);
    if (how !== undefined) {
      matches.push({ where, text, within, objects: objects(), rank: how * 10 + ORDER[where] });
    }
  };
  const [, , uid] = known.thing;
  take('uid', uid, '', () => undefined);
  for (const text of known.texts) {
    const [where, content, within] = text;
    take(where, content, within, () => new Set(objectsOf(known, text)));
  }
  matches.sort((a, b) => a.rank - b.rank);
  return matches[0] === undefined ? undefined : { thing: known.thing, matches, rank: matches[0].rank };
}
