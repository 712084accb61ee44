import { countsNow, isFull } from '../../contract/manifest.ts';
import { compact } from '../../contract/compact.ts';
import { DashkeepError } from '../../contract/errors.ts';
import type { KindName } from '../../contract/kinds.ts';
import type { Manifest, ManifestEntry } from '../../contract/manifest.ts';
import type { Clock, Log } from '../../contract/ports.ts';
import { reason, sentenceOf, type KnownReason } from '../../contract/reasons/catalogue.ts';
import { because } from '../../contract/reasons/reason.ts';
import type { GrafanaClient } from '../../grafana/http/client.ts';
import { isForbidden } from '../../grafana/http/errors.ts';
import type { Instance, Org } from '../../grafana/instance.ts';
import { isScratchOrg, listOrgs, scratchOrgName } from '../../grafana/orgs.ts';
import { kindOf, KINDS } from '../../grafana/kinds/registry.ts';
import type { Repository } from '../../repository/repository.ts';
import { assertCounts } from '../../repository/signing/acceptance.ts';
import { DrillTally, type DrillReport } from './report.ts';
import { withScratch } from './scratch.ts';
import { ScratchFolder } from './scratch-folder.ts';
import { ScratchOrg } from './scratch-org.ts';
import type { OnProgress } from '../progress.ts';
import { applyPlan } from '../restore/apply/apply.ts';
import { otherName } from '../restore/mapping/same-org.ts';
import { targetOf } from '../restore/target.ts';
import { planRestore } from '../restore/plan/plan.ts';
import type { Plan, PlanRequest } from '../restore/types.ts';
import { valueIf } from '../../lib/expected-errors.ts';

export interface DrillOptions {
  /** Of the run; part of the name of what is made and removed. */
  id: string;
  manifest: Manifest;
  repository: Repository;
  /** The server admin makes scratch orgs; everybody else a scratch folder in each org of the run. */
  instance: Instance;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
  onProgress?: OnProgress;
}

/** Kinds that are copied into a scratch folder: not those that would do something there. */
const IN_FOLDER: readonly KindName[] = KINDS.filter(
  ({ inFolders, pause }) => inFolders === true && pause === undefined,
).map(({ name }) => name);

/**
 * The manifest of a snapshot that is not foreign: a drill writes into Grafana. @throws DK_SNAPSHOT_FOREIGN,
 * DK_NOT_FOUND
 */
export async function countingManifest(
  repository: Repository,
  snapshot: string,
  calls: { signal: AbortSignal },
): Promise<Manifest> {
  const stored = await repository.stored(snapshot, calls);
  assertCounts(repository.trust, stored);
  return stored.manifest;
}

/**
 * The newest full snapshot that counts, which a recovery would restore. @throws DK_NOT_FOUND
 */
export async function newestFull(repository: Repository, signal: AbortSignal): Promise<Manifest> {
  repository.trust.keys.assertRemembered();
  const newest = (await repository.snapshots({ signal })).find((snapshot) => isFull(snapshot) && countsNow(snapshot));
  if (newest === undefined) {
    throw new DashkeepError('DK_NOT_FOUND', 'there is no full snapshot to restore yet');
  }
  return countingManifest(repository, newest.id, { signal });
}

/**
 * Restores a snapshot into a temporary org or folder, reads everything back, compares, and removes the place again,
 * also when it fails or is interrupted. Nothing else is written to: alert rules come in paused, so that nothing is
 * evaluated and nobody is called.
 * @throws what planning throws, and what keeps a scratch place from being made.
 */
export async function drill(options: DrillOptions): Promise<DrillReport> {
  const tally = new DrillTally(options.clock, options.manifest.id);
  const orgs = [...new Set(options.manifest.resources.map(({ org }) => org))].sort((a, b) => a - b);
  const inOrg = await drillInOrgs(options, tally, orgs);
  if (!inOrg) {
    await drillInFolders(options, tally, orgs);
  }
  return tally.report();
}

/** @returns false when these credentials cannot make orgs; then nothing was done. */
async function drillInOrgs(options: DrillOptions, tally: DrillTally, orgs: readonly number[]): Promise<boolean> {
  const { instance, id, signal } = options;
  const home = instance.orgs[0];
  if (!instance.serverAdmin || home === undefined) {
    return false;
  }
  await nameLeftovers(options, home.client);
  for (const [index, org] of orgs.entries()) {
    const scratch = new ScratchOrg(instance, home.client, scratchOrgName(id));
    tally.place(scratch);
    const entries = entriesOf(options, org);
    const wanted = entries.filter(({ kind }) => reasonToLeaveOut(kind) === undefined);
    let allowed = true;
    const leftover = await withScratch(options, scratch, async () => {
      const place = await scratch.create().catch(valueIf(isForbidden, undefined));
      signal.throwIfAborted();
      allowed = place !== undefined;
      if (place !== undefined) {
        const target = place.orgs[0]?.id ?? 0;
        await restoreInto(options, tally, wanted, {
          instance: place,
          selection: {},
          options: { overwrite: true, includeManaged: true, pauseRules: true, orgs: new Map([[org, target]]) },
        });
      }
    });
    if (!allowed && index === 0) {
      return false;
    }
    for (const entry of entries) {
      const why = reasonToLeaveOut(entry.kind);
      if (why !== undefined) {
        tally.skip(entry, because(why), false);
      }
    }
    if (leftover !== undefined) {
      tally.leave(leftover);
      skipOrgs(options, tally, orgs.slice(index + 1));
      break;
    }
  }
  return true;
}

/** A restore test whose process was killed leaves its organization behind, and no backup or list shows it. */
async function nameLeftovers({ instance: { url }, log, signal }: DrillOptions, client: GrafanaClient): Promise<void> {
  for (const { name } of await listOrgs(client, signal)) {
    if (typeof name === 'string' && isScratchOrg(name)) {
      const steps = sentenceOf(reason('delete-scratch-org', { url, name }));
      log.warn({ steps }, sentenceOf(reason('drill-org-left', { name })));
    }
  }
}

async function drillInFolders(options: DrillOptions, tally: DrillTally, orgs: readonly number[]): Promise<void> {
  for (const [index, id] of orgs.entries()) {
    const org = options.instance.orgs.find((candidate) => candidate.id === id);
    const name = org && otherName(options.manifest, org);
    if (org === undefined || name !== undefined) {
      const where = String(id);
      const why = because(
        name === undefined
          ? reason('org-out-of-scope', { org: where })
          : reason('org-other', { org: where, name, now: org?.name ?? '' }),
      );
      entriesOf(options, id).forEach((entry) => tally.skip(entry, why, true));
      continue;
    }
    const leftover = await drillInFolder(options, tally, org);
    if (leftover !== undefined) {
      tally.leave(leftover);
      skipOrgs(options, tally, orgs.slice(index + 1));
      return;
    }
  }
}

async function drillInFolder(options: DrillOptions, tally: DrillTally, org: Org): Promise<string | undefined> {
  const { instance, id, signal } = options;
  const scratch = new ScratchFolder(instance, org, options, id);
  tally.place(scratch);
  const entries = entriesOf(options, org.id);
  return withScratch(options, scratch, async () => {
    await scratch.create();
    signal.throwIfAborted();
    const nests = !entries.some(({ kind }) => kind === 'folder') || (await scratch.nests(signal));
    const kinds = nests ? IN_FOLDER : IN_FOLDER.filter((kind) => kind !== 'folder');
    for (const entry of entries.filter(({ kind }) => !kinds.includes(kind))) {
      const own = reasonToLeaveOut(entry.kind);
      const ofFolders = reason(entry.kind === 'folder' ? 'drill-flat' : 'drill-not-in-folder');
      tally.skip(entry, because(own ?? ofFolders), false);
    }
    const wanted = entries.filter(({ kind }) => kinds.includes(kind));
    await restoreInto(
      options,
      tally,
      wanted,
      {
        instance: { ...instance, orgs: [org] },
        selection: { kinds },
        options: { overwrite: true, includeManaged: true, copy: { folderUid: scratch.uid } },
      },
      (plan) => {
        const made = plan.items.filter(({ action }) => action === 'create' || action === 'update');
        if (made.some(({ action, entry }) => action === 'update' || !entry || !plan.mapping.isCopy(entry))) {
          throw new Error('a drill in a folder must make copies only');
        }
        scratch.expect(made);
      },
    );
  });
}

async function restoreInto(
  options: DrillOptions,
  tally: DrillTally,
  resources: ManifestEntry[],
  place: Pick<PlanRequest, 'instance' | 'selection' | 'options'>,
  inspect: (plan: Plan) => void = () => undefined,
): Promise<void> {
  const { manifest, repository, clock, log, signal, onProgress } = options;
  // A restore test leaves some resources out on purpose; resources that use them come back without them.
  const kinds = Object.fromEntries(
    Object.entries(manifest.kinds).filter(([kind]) => reasonToLeaveOut(kind as KindName) === undefined),
  );
  const request: PlanRequest = {
    ...place,
    manifest: { ...manifest, kinds, resources },
    repository,
    clock,
    log,
    signal,
    ...compact({ onProgress }),
  };
  const plan = await planRestore(request);
  const there = new Set(place.instance.orgs.map(({ id }) => id));
  if (plan.items.some((item) => !['blocked', 'skip'].includes(item.action) && !there.has(targetOf(item).org))) {
    throw new Error('a drill must stay in its own org');
  }
  inspect(plan);
  tally.add(plan, await applyPlan(request, plan));
}

function entriesOf({ manifest }: DrillOptions, org: number): ManifestEntry[] {
  return manifest.resources.filter((entry) => entry.org === org);
}

function reasonToLeaveOut(kind: KindName): KnownReason | undefined {
  const { declaration, leftOutOfDrills } = kindOf(kind);
  const { scope, restored } = declaration;
  if (restored === 'no') {
    return reason('archived');
  }
  return scope === 'server' ? reason('drill-whole-server') : leftOutOfDrills;
}

function skipOrgs(options: DrillOptions, tally: DrillTally, orgs: readonly number[]): void {
  const why = because(reason('drill-ended'));
  for (const org of orgs) {
    entriesOf(options, org).forEach((entry) => tally.skip(entry, why, true));
  }
}
