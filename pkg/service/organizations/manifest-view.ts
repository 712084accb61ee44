import { compact } from '../../contract/compact.ts';
import { SERVER_KINDS, type KindName } from '../../contract/kinds.ts';
import type { KindReport, Manifest } from '../../contract/manifest.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { isOf, isOwn, type Caller } from './caller.ts';
import { problemsFor } from './run-view.ts';
import { shrunkFor, upgradeFor } from './snapshot-view.ts';

const views = new WeakMap<Manifest, Map<string, Manifest>>();

/**
 * A snapshot as one organization may see it: its own resources, problems and counts, and no other name. Of what belongs
 * to the whole server, the home organization sees how much there is, and that something is missing.
 * @throws DK_NOT_FOUND when the snapshot does not cover the organization; the home organization sees it, empty, for it
 * decides about every snapshot
 */
export function manifestFor(manifest: Manifest, caller: Caller): Manifest {
  const [first, ...others] = manifest.orgs;
  const covered = manifest.orgs.some((org) => isOwn(caller, manifest.id, org));
  if (!covered && !caller.home) {
    // In the same words as one that does not exist.
    throw new DashkeepError('DK_NOT_FOUND', `there is no snapshot '${manifest.id}'`);
  }
  const isAlone = covered && caller.home && first !== undefined && others.length === 0;
  // Anyone who can write to the target can make one that holds more than it says that it covers.
  if (isAlone && [...manifest.resources, ...manifest.errors, ...manifest.skipped].every((one) => isOf(caller, one))) {
    return manifest;
  }
  const known = views.get(manifest) ?? new Map<string, Manifest>();
  views.set(manifest, known);
  const key = `${caller.org} ${caller.home} ${covered}`;
  // No organization has ID 0.
  const seenBy = covered ? caller : { ...caller, org: 0 };
  const view = known.get(key) ?? (isAlone ? { ...manifest, ...partsOf(manifest, caller) } : viewOf(manifest, seenBy));
  known.set(key, view);
  return view;
}

function viewOf(manifest: Manifest, caller: Caller): Manifest {
  const { by: _by, lists: _lists, deletions: _deletions, changes, scope, shrunk, upgrade, newer, ...rest } = manifest;
  const own = changes?.orgs?.find(({ id }) => id === caller.org);
  const parts = partsOf(manifest, caller);
  return {
    ...rest,
    status: parts.errors.length === 0 ? 'complete' : 'partial',
    orgs: manifest.orgs.filter(({ id }) => id === caller.org),
    ...compact({
      scope: caller.home ? scope : undefined,
      shrunk: shrunkFor(shrunk, caller),
      upgrade: upgradeFor(upgrade, caller),
      newer: newer?.filter(({ org }) => org === caller.org),
      changes: own === undefined ? undefined : { added: own.added, changed: own.changed, removed: own.removed },
    }),
    kinds: kindsOf(manifest, caller, parts),
    ...parts,
  };
}

type Parts = Pick<Manifest, 'resources' | 'errors' | 'skipped'>;

function partsOf({ resources, errors, skipped }: Manifest, caller: Caller): Parts {
  return {
    resources: resources.filter((entry) => isOf(caller, entry)),
    errors: problemsFor(errors, caller),
    skipped: problemsFor(skipped, caller),
  };
}

/**
 * Reports with the numbers of one organization; how many of these were taken over is not known, so all count as stored.
 */
function kindsOf(manifest: Manifest, caller: Caller, { resources, errors, skipped }: Parts): Manifest['kinds'] {
  const kinds: Manifest['kinds'] = {};
  for (const [name, whole] of Object.entries(manifest.kinds) as [KindName, KindReport][]) {
    if (SERVER_KINDS.has(name)) {
      Object.assign(kinds, caller.home ? { [name]: whole } : {});
      continue;
    }
    const held = resources.filter(({ kind }) => kind === name).length;
    const failed = sum(errors, name);
    const left = sum(skipped, name);
    // Where listing failed, the reason is that of a problem, maybe another organization's.
    const unlisted = (problem: Manifest['errors'][number]): boolean => problem.kind === name && problem.uid === '';
    const { reason, code, params } = (manifest.errors.some(unlisted) ? errors.find(unlisted) : whole) ?? {};
    kinds[name] = {
      listed: held + failed + left,
      stored: held,
      reused: 0,
      skipped: left,
      failed,
      ...compact({ oldestReadAt: whole.oldestReadAt }),
      ...(reason === undefined ? {} : { reason, code, params }),
    };
  }
  return kinds;
}

function sum(problems: Manifest['errors'], name: KindName): number {
  return problems.reduce((total, { kind, count = 1 }) => total + (kind === name ? count : 0), 0);
}
