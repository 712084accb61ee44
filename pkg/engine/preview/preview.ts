import type { DataSourceMatch } from '../../contract/api/restores.ts';
import { compact } from '../../contract/compact.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import type { Manifest } from '../../contract/manifest.ts';
import type { Clock, Log, Randomness } from '../../contract/ports.ts';
import type { Instance, Org } from '../../grafana/instance.ts';
import { PREVIEW_UID_PREFIX } from '../../grafana/previews.ts';
import type { Repository } from '../../repository/repository.ts';
import { applyPlan } from '../restore/apply/apply.ts';
import { writeContext } from '../restore/context.ts';
import { planRestore } from '../restore/plan/plan.ts';
import type { MissingDependency, Plan, PlannedItem, PlanRequest } from '../restore/types.ts';
import { closeToOthers } from './closed.ts';
import { makeClosedFolder } from './folder.ts';
import { withoutLinks } from './links.ts';
import type { PreviewRecord, PreviewRecords } from './record.ts';
import { endPreview, recordsOf, type LivePreview } from './remove.ts';

/** How long a preview stays, in milliseconds. */
const LIFETIME_MS = 60 * 60_000;
/** How long opening one may take, in milliseconds: what a process that died left of it is removed then. */
const OPENING_MS = 5 * 60_000;
/** Previews of one org at the same time, so that the state stays small. */
const MOST_PER_ORG = 10;

export interface PreviewOptions {
  manifest: Manifest;
  repository: Repository;
  instance: Instance;
  /** Of the snapshot, and where the copy is made. */
  org: Org;
  /** Of the dashboard. */
  uid: string;
  /** Who asks for it, if that is known. */
  by?: string | undefined;
  records: PreviewRecords;
  clock: Clock;
  randomness: Randomness;
  log: Log;
  signal: AbortSignal;
}

/** A temporary copy of a dashboard as it was. */
export interface Preview extends LivePreview {
  /** What it uses, and neither this Grafana nor the copy has. */
  missing: MissingDependency[];
  /** Data sources of it that nothing here replaces: their panels show an error. */
  lostDataSources: DataSourceMatch['from'][];
}

/**
 * Makes a temporary copy of a dashboard as a snapshot holds it, in its own folder that only admins see, with data
 * sources mapped to those that are here. It is recorded before anything of it is in Grafana. An org that has ten loses
 * the oldest.
 * @throws DK_NOT_FOUND when the snapshot lacks the dashboard; DK_GRAFANA_REFUSED when others than admins would see the
 * copy; what planning, writing and the state throw
 */
export async function openPreview(options: PreviewOptions): Promise<Preview> {
  const { manifest, org, uid, by, instance, records, clock, randomness } = options;
  if (!manifest.resources.some((entry) => entry.org === org.id && entry.kind === 'dashboard' && entry.uid === uid)) {
    throw new DashkeepError('DK_NOT_FOUND', `snapshot ${manifest.id} contains no dashboard ${uid}`, {
      advice: reason('choose-snapshot-with-dashboard'),
    });
  }
  await makeRoom(options);
  const created = clock.now().getTime();
  const record: PreviewRecord = {
    org: org.id,
    folder: newUid(randomness),
    dashboard: newUid(randomness),
    expires: created + OPENING_MS,
    created,
    ...compact({ by }),
  };
  await records.put(record);
  try {
    const made = await makeCopy(options, record);
    const expires = clock.now().getTime() + LIFETIME_MS;
    await records.put({ ...record, expires });
    return { ...made, ...compact({ by }), created: new Date(created), expires: new Date(expires) };
  } catch (error) {
    // What can't be removed now is in the record.
    await endPreview(instance, org, { ...record, expires: clock.now().getTime() }, options).catch(() => undefined);
    throw error;
  }
}

async function makeRoom(options: PreviewOptions): Promise<void> {
  const { org, instance, records, clock } = options;
  for (const oldest of (await recordsOf(org, records)).slice(0, 1 - MOST_PER_ORG)) {
    await endPreview(instance, org, { ...oldest, expires: clock.now().getTime() }, options);
  }
  if ((await recordsOf(org, records)).length >= MOST_PER_ORG) {
    throw new DashkeepError(
      'DK_TOO_MANY',
      `${MOST_PER_ORG} temporary copies are open, and the oldest cannot be removed`,
      {
        advice: reason('empty-preview-folders'),
      },
    );
  }
}

function newUid(randomness: Randomness): string {
  // Grafana's UIDs have up to 40 characters.
  return `${PREVIEW_UID_PREFIX}${randomness.hex(11)}`;
}

async function makeCopy(options: PreviewOptions, record: PreviewRecord): Promise<Omit<Preview, 'created' | 'expires'>> {
  const request = requestOf(options, record);
  const context = writeContext(request, options.org);
  const number = record.folder.slice(PREVIEW_UID_PREFIX.length, PREVIEW_UID_PREFIX.length + 8);
  await makeClosedFolder(context, record.folder, `Dashkeep preview ${number}`);
  const { plan, item } = await planCopy(request);
  plan.mapping = withoutLinks(plan.mapping);
  const [result] = await applyPlan(request, plan);
  if (result === undefined || result.outcome === 'failed') {
    throw new DashkeepError('DK_GRAFANA_REFUSED', `Grafana did not accept the copy: ${result?.reason ?? 'no result'}`);
  }
  await closeToOthers(context, { resource: 'dashboards', uid: record.dashboard });
  return {
    uid: record.dashboard,
    title: `${item.title}${request.options.copy?.suffix ?? ''}`,
    missing: plan.missing,
    lostDataSources: plan.dataSources.filter(({ by }) => by === 'none').map(({ from }) => from),
  };
}

function requestOf(options: PreviewOptions, { folder, dashboard }: PreviewRecord): PlanRequest {
  const { org, uid, manifest, instance, repository, clock, log, signal } = options;
  return {
    repository,
    clock,
    log,
    signal,
    manifest,
    instance: { ...instance, orgs: [org] },
    selection: { only: [{ org: org.id, kind: 'dashboard', uid }], exactly: true },
    options: {
      overwrite: false,
      includeManaged: true,
      copy: {
        folderUid: folder,
        suffix: ` (as of ${manifest.started.slice(0, 16).replace('T', ' ')} UTC)`,
        uid: dashboard,
      },
    },
  };
}

/** @throws what planning throws, and DK_GRAFANA_REFUSED with the reason when the copy can't be made */
async function planCopy(request: PlanRequest): Promise<{ plan: Plan; item: PlannedItem }> {
  const plan = await planRestore(request);
  const [item, ...others] = plan.items;
  if (item === undefined || others.length > 0 || item.entry === undefined || !plan.mapping.isCopy(item.entry)) {
    throw new Error('a preview must make one copy and nothing else');
  }
  if (item.action !== 'create') {
    throw new DashkeepError('DK_GRAFANA_REFUSED', `the copy cannot be created: ${item.reason}`);
  }
  return { plan, item };
}
