import { compact } from '../../../contract/compact.ts';
import { keyOf } from '../generations/thing.ts';
import type { TextDoc, ThingTexts } from './files.ts';

/** Characters that the texts of one resource may have, over all its versions. */
export const MOST_OF_A_THING = 64 * 1024;

/** Adds versions to what is known of a resource. What is there already stays as it is. */
export function withDocs(known: Pick<ThingTexts, 'thing'> & Partial<ThingTexts>, docs: readonly TextDoc[]): ThingTexts {
  const { thing } = known;
  const objects = [...(known.objects ?? [])];
  const texts = new Map((known.texts ?? []).map((text) => [nameOf(text), text]));
  const present = new Set(objects);
  let { cut, unread } = known;
  for (const doc of docs) {
    if (present.has(doc.object)) {
      continue;
    }
    present.add(doc.object);
    const place = objects.push(doc.object) - 1;
    cut ??= doc.cut;
    unread ??= doc.unread;
    for (const [where, text, within] of doc.texts) {
      const runs = texts.get(nameOf([where, text, within]))?.[3] ?? [];
      const isNext = runs.length > 0 && runs.at(-1) === place - 1;
      texts.set(nameOf([where, text, within]), [
        where,
        text,
        within,
        isNext ? [...runs.slice(0, -1), place] : [...runs, place, place],
      ]);
    }
  }
  return limited(compact({ thing, objects, texts: [...texts.values()], cut, unread }), MOST_OF_A_THING);
}

function nameOf([where, text, within]: readonly [string, string, string, ...unknown[]]): string {
  return `${where}\n${within}\n${text}`;
}

/** The objects that have a text. */
export function objectsOf(objects: readonly string[], [, , , runs]: ThingTexts['texts'][number]): string[] {
  return objects.filter((_, place) => {
    for (let at = 0; at + 1 < runs.length; at += 2) {
      if (place >= (runs[at] ?? 0) && place <= (runs[at + 1] ?? -1)) {
        return true;
      }
    }
    return false;
  });
}

/** Without versions that no snapshot holds any more; undefined when none is left. */
export function withoutUnused(known: ThingTexts, isUsed: (object: string) => boolean): ThingTexts | undefined {
  const { thing, objects, cut, unread } = known;
  if (objects.every(isUsed)) {
    return known;
  }
  const docs = objects.filter(isUsed).map((object): TextDoc => ({ thing, object, texts: [] }));
  const byObject = new Map(docs.map((doc) => [doc.object, doc]));
  for (const text of known.texts) {
    const [where, words, within] = text;
    for (const object of objectsOf(known.objects, text)) {
      byObject.get(object)?.texts.push([where, words, within]);
    }
  }
  return docs.length === 0 ? undefined : { ...withDocs({ thing }, docs), ...compact({ cut, unread }) };
}

/** Characters of all texts; the ids of versions come on top. */
function sizeOf({ texts }: ThingTexts): number {
  return texts.reduce((sum, text) => sum + sizeOfText(text), 0);
}

function sizeOfText([, text, within, runs]: ThingTexts['texts'][number]): number {
  return text.length + within.length + runs.length * 4;
}

/** With at most that many characters: texts that only old versions have go first, then long ones. */
function limited(things: ThingTexts, most: number): ThingTexts {
  let size = sizeOf(things);
  if (size <= most) {
    return things;
  }
  const lastOf = ([, , , runs]: ThingTexts['texts'][number]): number => runs.at(-1) ?? 0;
  const byAge = things.texts
    .map((text, at) => ({ text, at }))
    .sort((a, b) => lastOf(a.text) - lastOf(b.text) || b.text[1].length - a.text[1].length);
  const gone = new Set<number>();
  for (const { text, at } of byAge) {
    if (size <= most) {
      break;
    }
    gone.add(at);
    size -= sizeOfText(text);
  }
  return { ...things, texts: things.texts.filter((_, at) => !gone.has(at)), cut: true };
}

/** What a shard holds, within its limit: of the largest resources the oldest texts go. */
export function bounded(things: readonly ThingTexts[], most: number): ThingTexts[] {
  let size = things.reduce((sum, one) => sum + sizeOf(one), 0);
  if (size <= most) {
    return [...things];
  }
  const kept = new Map(things.map((one) => [keyOf(one.thing), one]));
  const bySize = [...things].sort((a, b) => sizeOf(b) - sizeOf(a));
  for (const one of bySize) {
    if (size <= most) {
      break;
    }
    const smaller = limited(one, Math.max(sizeOf(one) / 2, sizeOf(one) - (size - most)));
    size -= sizeOf(one) - sizeOf(smaller);
    kept.set(keyOf(one.thing), smaller);
  }
  return [...kept.values()];
}
