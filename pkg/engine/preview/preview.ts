import type { DataSourceMatch } from '../../contract/api/restores.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import type { Manifest } from '../../contract/manifest.ts';
import type { Clock, Log } from '../../contract/ports.ts';
import type { Instance, Org } from '../../grafana/instance.ts';
import { PREVIEW_FOLDER, PREVIEW_UID_PREFIX } from '../../grafana/kinds/previews.ts';
import { kindOf } from '../../grafana/kinds/registry.ts';
import type { Repository } from '../../repository/repository.types.ts';
import { applyPlan } from '../restore/apply/apply.ts';
import { writeContext } from '../restore/context.ts';
import { planRestore } from '../restore/plan/plan.ts';
import { targetOf } from '../restore/target.ts';
import type { MissingDependency, Plan, PlannedItem, PlanRequest } from '../restore/types.ts';
import { makePreviewFolder } from './folder.ts';
import { withoutLinks } from './links.ts';

export interface PreviewOptions {
  manifest: Manifest;
  repository: Repository;
  instance: Instance;
  /** Of the snapshot, and where the copy is made. */
  org: Org;
  /** Of the dashboard. */
  uid: string;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
}

/** A temporary copy of a dashboard as it was. */
export interface Preview {
  uid: string;
  title: string;
  /** What it uses, and neither this Grafana nor the copy has. */
  missing: MissingDependency[];
  /** Data sources of it that nothing here replaces: their panels show an error. */
  lostDataSources: DataSourceMatch['from'][];
}

/**
 * Makes a temporary copy of a dashboard as a snapshot holds it, in a folder that only admins see, with data sources
 * mapped to those that are here. The same dashboard of the same snapshot replaces its earlier copy.
 * @throws DK_NOT_FOUND when the snapshot lacks the dashboard; what planning and writing throw
 */
export async function openPreview(options: PreviewOptions): Promise<Preview> {
  const { manifest, org, uid } = options;
  if (!manifest.resources.some((entry) => entry.org === org.id && entry.kind === 'dashboard' && entry.uid === uid)) {
    throw new DashkeepError('DK_NOT_FOUND', `the snapshot ${manifest.id} holds no dashboard ${uid}`, {
      advice: reason('choose-snapshot-with-dashboard'),
    });
  }
  await makePreviewFolder(org, options.signal);
  const request = requestOf(options);
  const first = await planCopy(request);
  const earlier = targetOf(first.item).uid;
  if (first.item.action !== 'create') {
    await kindOf('dashboard').remove?.(writeContext(request, org), earlier);
  }
  const { plan, item } = first.item.action === 'create' ? first : await planCopy(request);
  plan.mapping = withoutLinks(plan.mapping);
  const [result] = await applyPlan(request, plan);
  if (result === undefined || result.outcome === 'failed') {
    throw new DashkeepError('DK_GRAFANA_REFUSED', `Grafana did not take the copy: ${result?.reason ?? 'no result'}`);
  }
  return {
    uid: targetOf(item).uid,
    title: `${item.title}${request.options.copy?.suffix ?? ''}`,
    missing: plan.missing,
    lostDataSources: plan.dataSources.filter(({ by }) => by === 'none').map(({ from }) => from),
  };
}

function requestOf({ org, uid, manifest, instance, ...ports }: PreviewOptions): PlanRequest {
  return {
    ...ports,
    manifest,
    instance: { ...instance, orgs: [org] },
    selection: { only: [{ org: org.id, kind: 'dashboard', uid }], exactly: true },
    options: {
      overwrite: true,
      includeManaged: true,
      copy: {
        folderUid: PREVIEW_FOLDER.uid,
        suffix: ` (as of ${manifest.started.slice(0, 16).replace('T', ' ')} UTC)`,
        uidPrefix: PREVIEW_UID_PREFIX,
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
  if (item.action === 'blocked' || item.action === 'skip') {
    throw new DashkeepError('DK_GRAFANA_REFUSED', `the copy can't be made: ${item.reason}`);
  }
  return { plan, item };
}
