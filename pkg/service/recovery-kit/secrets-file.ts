import { stringify } from 'yaml';
import type { ReadinessItem } from '../../contract/api/readiness.ts';
import { SERVER_KINDS } from '../../contract/kinds.ts';
import type { Manifest } from '../../contract/manifest.ts';

type Fields = Record<string, { env: string }>;

/**
 * The file for `--secrets` with these secrets, each to be read from a variable. Names the organization only where
 * several have a resource of that name, because a restore requires it there and an organization may get a new ID.
 */
export function secretsFile(items: readonly ReadinessItem[], { resources }: Pick<Manifest, 'resources'>): string {
  const orgs = new Map<string, Set<number>>();
  for (const { kind, uid, org } of resources) {
    const place = `${kind}/${uid}`;
    orgs.set(place, (orgs.get(place) ?? new Set()).add(org));
  }
  const file = new Map<string, Map<string, Fields>>();
  let number = 0;
  for (const { org, kind, uid, detail: path } of items) {
    const isShared = !SERVER_KINDS.has(kind) && (orgs.get(`${kind}/${uid}`)?.size ?? 0) > 1;
    const key = isShared ? `${org}:${kind}` : kind;
    // A contact point lists its integration before the field.
    const field = kind === 'contact-point' ? path.slice(path.indexOf('.') + 1) : path;
    const resourcesOfKey = file.get(key) ?? new Map<string, Fields>();
    const fields = resourcesOfKey.get(uid) ?? {};
    fields[field] ??= { env: `SECRET_${++number}` };
    file.set(key, resourcesOfKey.set(uid, fields));
  }
  // Each value on one line, as in the documentation.
  return stringify(file, { lineWidth: 0 }).replaceAll(/:\n +env: (SECRET_\d+)$/gm, ': { env: $1 }');
}
