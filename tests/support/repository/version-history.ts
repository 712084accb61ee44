import type { KindName } from '../../../pkg/contract/kinds.ts';
import type { Manifest, ManifestEntry, ResourceProblem, SnapshotTrigger } from '../../../pkg/contract/manifest.ts';
import { newTimedId } from '../../../pkg/repository/layout.ts';
import type { Repository } from '../../../pkg/repository/repository.ts';
import type { SeededRandomness, TestClock } from './repository.ts';

/** What a made-up snapshot holds: `kind/uid` → version, of each organization. */
export interface MadeUp {
  orgs: Record<number, Record<string, number>>;
  /** Kinds that it covers, `dashboard` and `folder` by default; in `unlisted` their lists failed. */
  kinds?: KindName[];
  unlisted?: [org: number, kind: KindName][];
  /** `org/kind/uid` of what it failed to read. */
  unread?: string[];
  trigger?: SnapshotTrigger;
  basedOn?: Manifest['basedOn'];
  /** Folder of everything in it. */
  folderUid?: string;
}

/** A digest for a version of a resource. */
export function objectOf(version: number): string {
  return version.toString(16).padStart(64, '0');
}

/** The manifest of a made-up snapshot. */
export function madeUp(
  {
    orgs,
    kinds = ['dashboard', 'folder'],
    unlisted = [],
    unread = [],
    trigger = 'scheduled',
    basedOn,
    folderUid,
  }: MadeUp,
  world: { clock: TestClock; randomness: SeededRandomness },
): Omit<Manifest, 'format' | 'entriesHash'> {
  const now = world.clock.now();
  const resources: ManifestEntry[] = [];
  const errors: ResourceProblem[] = [];
  for (const [id, things] of Object.entries(orgs)) {
    const org = Number(id);
    for (const [name, version] of Object.entries(things)) {
      const [kind, uid] = name.split('/') as [KindName, string];
      const isListed = kinds.includes(kind) && !unlisted.some(([one, other]) => one === org && other === kind);
      if (isListed && !unread.includes(`${org}/${name}`)) {
        resources.push({
          org,
          kind,
          uid,
          title: `${uid} ${version}`,
          folder: folderUid ?? '',
          ...(folderUid === undefined ? {} : { folderUid }),
          object: objectOf(version),
          bytes: 100 + version,
          facts: { version, updatedBy: `user:${version}`, updated: new Date(version * 1000).toISOString() },
        });
      }
    }
  }
  for (const name of unread) {
    const [org, kind, uid = ''] = name.split('/') as [string, KindName, string];
    errors.push({ org: Number(org), kind, uid, reason: 'refused' });
  }
  for (const [org, kind] of unlisted) {
    errors.push({ org, kind, uid: '', reason: 'refused' });
  }
  return {
    id: newTimedId(now, world.randomness),
    started: now.toISOString(),
    finished: now.toISOString(),
    status: errors.length === 0 ? 'complete' : 'partial',
    trigger,
    dashkeep: '1.0.0',
    grafana: { version: '13.2.0', url: 'http://grafana.test' },
    orgs: Object.keys(orgs).map((id) => ({ id: Number(id), name: `Org ${id}` })),
    sinceFullRead: 0,
    ...(basedOn === undefined ? {} : { basedOn }),
    kinds: Object.fromEntries(
      kinds.map((kind) => [
        kind,
        {
          listed: 0,
          stored: 0,
          reused: 0,
          skipped: 0,
          failed: 0,
          ...(unlisted.some(([, one]) => one === kind) ? { reason: 'refused' } : {}),
        },
      ]),
    ),
    errors,
    skipped: [],
    resources: resources.sort((a, b) => (`${a.org}/${a.kind}/${a.uid}` < `${b.org}/${b.kind}/${b.uid}` ? -1 : 1)),
  };
}

/** Publishes a made-up snapshot. */
export function publish(
  repository: Repository,
  world: { clock: TestClock; randomness: SeededRandomness },
  what: MadeUp,
): Promise<Manifest> {
  return repository.publish(madeUp(what, world));
}
