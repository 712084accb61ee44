import type { ManifestEntry } from '../../../contract/manifest.ts';
import type { Touched } from '../../../contract/runs.ts';
import type { Kind } from '../../../grafana/kinds/kind.ts';
import type { Content } from '../../../grafana/kinds/content.ts';
import { canonicalOf, formOf } from '../../../grafana/kinds/text-content.ts';
import type { Encoder } from '../../../repository/objects/encode-thread.ts';
import type { Repository } from '../../../repository/repository.types.ts';
import { placeOf } from '../content.ts';
import { keyOf } from '../target.ts';

/** Half of an object id: no two different bodies meet, and thousands of marks stay a small record. */
const MARK_LENGTH = 32;

/**
 * Identifies one state of a resource: its body, by the id that it would have as an object, and its folder.
 */
export function markOf(repository: Repository, kind: Kind, content: Content): string {
  return mark(repository.objectId(canonicalOf(content)), placeOf(kind, content));
}

/** The same of what may well be an object of that id still, with the work done by the encoder. */
export async function encodedMarkOf(
  { repository, encoder }: { repository: Repository; encoder: Encoder },
  kind: Kind,
  content: Content,
  expected: string | undefined,
): Promise<string> {
  const form = formOf(content);
  const encoded = form === undefined ? undefined : await encoder.encode(form, expected);
  return encoded === undefined ? markOf(repository, kind, content) : mark(encoded.id, placeOf(kind, content));
}

/** The mark that an entry has when it is live to the letter; its body need not be read for it. */
export function markOfEntry(kind: Kind, entry: ManifestEntry): string {
  return mark(entry.object, placeOf(kind, entry));
}

function mark(object: string, place: string): string {
  const short = object.slice(0, MARK_LENGTH);
  return place === '' ? short : `${short}@${place}`;
}

/**
 * What a restore has touched so far. A resource is put down before it is written, so that a restore that was cut short
 * can be undone too; what was read back afterwards corrects it.
 */
export class ChangeLog {
  readonly #touched = new Map<string, Touched>();

  put(touched: Touched): void {
    this.#touched.set(keyOf(touched), touched);
  }

  /** Whether it is put down: what somebody else wrote meanwhile is not. */
  has(touched: Pick<Touched, 'org' | 'kind' | 'uid'>): boolean {
    return this.#touched.has(keyOf(touched));
  }

  /** It turned out that nothing was done to it. */
  drop(touched: Pick<Touched, 'org' | 'kind' | 'uid'>): void {
    this.#touched.delete(keyOf(touched));
  }

  list(): Touched[] {
    return [...this.#touched.values()];
  }
}
