import type { KindName } from '../../pkg/contract/kinds.ts';
import { changeSentence } from '../../pkg/contract/changes/catalogue.ts';
import { resourceChanges } from '../../pkg/engine/changes/changes.ts';
import type { Json } from '../../pkg/lib/json/json.ts';

/** What is said about two versions of a resource, in English. */
export function sentences(kind: KindName, before: unknown, after: unknown): string[] {
  return resourceChanges(kind, { body: before as Json }, { body: after as Json }).changes.map(changeSentence);
}

/** What is said about a dashboard that was changed. */
export function sentencesAfter<Body>(kind: KindName, body: Body, change: (copy: Body) => void): string[] {
  const copy = structuredClone(body);
  change(copy);
  return sentences(kind, body, copy);
}
