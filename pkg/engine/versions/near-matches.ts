import { DashkeepError } from '../../contract/errors.ts';
import { reason, type KnownReason } from '../../contract/reasons/catalogue.ts';
import type { Nameable } from '../../contract/kinds.ts';
import type { SeenResource } from '../../repository/repository.types.ts';

const MOST = 5;
/** A uid that is longer says nothing more about what was meant, and comparing takes its length squared. */
const LONGEST = 100;

/** Resources that somebody may have meant with a uid that there never was, the likeliest first. */
export function nearMatches(
  seen: readonly SeenResource[],
  { kind, uid }: { kind: Nameable; uid: string },
): SeenResource[] {
  const wanted = uid.slice(0, LONGEST).toLowerCase();
  return seen
    .map((one) => ({ one, distance: distanceOf(wanted, one) + (one.kind === kind ? 0 : 1) }))
    .filter(({ distance }) => distance <= Math.max(2, wanted.length / 3))
    .sort((a, b) => a.distance - b.distance || (a.one.title < b.one.title ? -1 : 1))
    .slice(0, MOST)
    .map(({ one }) => one);
}

/** For a resource that no snapshot ever held. @param seen - those that the requester may see */
export function neverSeen(
  { org, kind, uid }: { org?: number; kind: Nameable; uid: string },
  seen: readonly SeenResource[],
): DashkeepError {
  const near = nearMatches(seen, { kind, uid });
  const where = org === undefined ? '' : ` of organization ${org}`;
  return new DashkeepError('DK_NOT_FOUND', `no snapshot has ever contained ${kind} '${uid.slice(0, 80)}'${where}`, {
    advice: near.length === 0 ? reason('check-kind-and-uid', { command: 'dashkeep show latest' }) : didYouMean(near),
  });
}

/** In the sentence with what was deleted since, which is English; the app names only the resources. */
function didYouMean(near: readonly SeenResource[]): KnownReason {
  const found = near.map(({ kind, uid, title, deleted }) => `${kind}/${uid} (${title}${deleted ? ', deleted' : ''})`);
  const names = near.map(({ kind, uid, title }) => `${kind}/${uid} (${title})`);
  return reason('did-you-mean', { found: found.join(', '), names: names.join(', ') });
}

/** 0 where the uid is the same, or the words are in the title; otherwise how many letters of the uid differ. */
function distanceOf(wanted: string, { uid, title }: SeenResource): number {
  const other = uid.slice(0, LONGEST).toLowerCase();
  if (other === wanted || (wanted.length > 2 && title.toLowerCase().includes(wanted))) {
    return 0;
  }
  if (wanted.length > 2 && other.startsWith(wanted)) {
    return 1;
  }
  return Math.abs(other.length - wanted.length) > wanted.length / 2 ? Infinity : lettersBetween(wanted, other);
}

/** Levenshtein's distance. */
export function lettersBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
