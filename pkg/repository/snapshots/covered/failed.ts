import { KIND_NAMES, type KindName } from '../../../contract/kinds.ts';
import { problemCount, type Manifest } from '../../../contract/manifest.ts';
import { reason, type KnownReason } from '../../../contract/reasons/catalogue.ts';
import { isOfList, namesOf } from './organizations.ts';

/** Which kinds could not be read because of errors, and in which organizations. */
export function failedParts(errors: Manifest['errors'], orgs: Manifest['orgs']): KnownReason[] {
  if (errors.length === 0) {
    return [];
  }
  const failed = KIND_NAMES.filter((kind) => errors.some((problem) => problem.kind === kind));
  const kinds = failed.map((kind) => failedOf(kind, errors)).join(', ');
  const where = failedOrgs(errors, orgs);
  return where.length === 0
    ? [reason('lacks-failed', { kinds })]
    : [reason('lacks-failed-in', { orgs: namesOf(where), kinds })];
}

/** Organizations with problems; none where all have some. */
export function failedOrgs(errors: Manifest['errors'], orgs: Manifest['orgs']): Manifest['orgs'] {
  const ids = new Set(errors.map(({ org }) => org));
  const found = orgs.filter(({ id }) => ids.has(id));
  return found.length < orgs.length ? found : [];
}

/** A kind, with the number of resources where only some of them failed: in how many organizations says nothing. */
function failedOf(kind: KindName, errors: Manifest['errors']): string {
  const own = errors.filter((problem) => problem.kind === kind);
  return own.some(isOfList) ? kind : `${kind} (${problemCount(own)})`;
}
