import { compact } from '../../../contract/compact.ts';
import { numberAt, stringAt } from '../../../lib/json/json.ts';
import type { ApplyResult } from '../../../contract/plan.ts';
import type { Touched } from '../../../contract/runs.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import { because, reasonFrom, refusal, type Reason } from '../../../contract/reasons/reason.ts';
import { GrafanaError, isConflict } from '../../../grafana/http/errors.ts';
import type { Org } from '../../../grafana/instance.ts';
import { assertReached, orgNamed } from '../../../grafana/orgs.ts';
import type { ChangeLog } from '../apply/change-log.ts';
import type { PlanRequest, OrgTarget } from '../types.ts';
import { homeOf } from './caller.ts';
import { isUnnamed } from './match-orgs.ts';

/** What became of the organizations that are missing or have another name. */
export interface Brought {
  /** All that are there now. */
  targets: OrgTarget[];
  /** Those that this restore created: all in them is what Grafana put there. */
  created: OrgTarget[];
  results: ApplyResult[];
}

/** Renames and creates organizations, one after another, so that ids come out as in the snapshot where they can. */
export async function bringOrgs(
  request: PlanRequest,
  targets: readonly OrgTarget[],
  changeLog: ChangeLog,
): Promise<Brought> {
  const brought: Brought = { targets: [], created: [], results: [] };
  for (const target of targets) {
    request.signal.throwIfAborted();
    try {
      if (target.org !== undefined && target.renamedFrom !== undefined) {
        await rename(request, target.org, target.name, changeLog);
        brought.targets.push({ ...target, org: { ...target.org, name: target.name } });
        const before = reason('org-was-called', { name: target.renamedFrom });
        brought.results.push(resultOf(request, target, 'verified', before));
      } else if (target.org === undefined && isUnnamed(target)) {
        // The plan contains the advice.
        continue;
      } else if (target.org === undefined) {
        const made = { ...target, org: await create(request, target, changeLog), isOpen: true };
        brought.targets.push(made);
        brought.created.push(made);
        brought.results.push(resultOf(request, target, 'verified', reason('as-planned')));
      } else {
        if (target.otherId !== undefined) {
          const params = { name: target.name, before: String(target.from), after: String(target.otherId) };
          brought.results.push(resultOf(request, target, 'verified', reason('org-matched', params)));
        }
        if (target.isNew === true) {
          // The record of what ends its creation says how that ended.
          changeLog.put(createdIn(request, target.name, target.org.id));
        }
        brought.targets.push(target);
      }
    } catch (error) {
      request.signal.throwIfAborted();
      brought.results.push(resultOf(request, target, 'failed', reasonFrom(error)));
    }
  }
  return brought;
}

function createdIn({ instance }: PlanRequest, uid: string, id?: number): Touched {
  return compact({ org: homeOf(instance.orgs).id, kind: 'org', uid, did: 'created', id });
}

async function rename(request: PlanRequest, org: Org, name: string, changeLog: ChangeLog): Promise<void> {
  const { client, id } = homeOf(request.instance.orgs);
  const touched = { org: id, kind: 'org', uid: name, did: 'updated' } as const;
  await changeLog.intend([touched]);
  changeLog.begin(touched);
  await client.put(`/api/orgs/${org.id}`, { name }, { signal: request.signal });
  changeLog.put(touched);
}

async function create(request: PlanRequest, { name }: OrgTarget, changeLog: ChangeLog): Promise<Org> {
  const { client } = homeOf(request.instance.orgs);
  const touched = createdIn(request, name);
  await changeLog.intend([touched]);
  changeLog.begin(touched);
  try {
    await client.post('/api/orgs', { name }, { signal: request.signal });
  } catch (error) {
    if (isConflict(error)) {
      // Its content was not planned for an organization that has the name by now.
      changeLog.drop(touched);
      throw refusal('DK_GRAFANA_ANSWER', reason('org-made-meanwhile'));
    }
    if (!isLost(error)) {
      throw error;
    }
  }
  const found = await orgNamed(client, name, request.signal);
  const id = numberAt(found, 'id');
  if (id === undefined || stringAt(found, 'name') !== name) {
    throw refusal('DK_GRAFANA_ANSWER', reason('org-vanished'));
  }
  changeLog.put({ ...touched, id });
  const org: Org = { id, name, client: client.inOrg(id) };
  await assertReached(org.client, id, request.signal);
  return org;
}

/** The request may have worked all the same. */
function isLost(error: unknown): boolean {
  return error instanceof GrafanaError && (error.httpStatus === 0 || error.httpStatus >= 500);
}

function resultOf(
  { manifest }: PlanRequest,
  { from, name }: OrgTarget,
  outcome: ApplyResult['outcome'],
  why: Reason,
): ApplyResult {
  const entry = manifest.resources.find(({ kind, uid }) => kind === 'org' && uid === name);
  return { org: entry?.org ?? from, kind: 'org', uid: name, title: name, outcome, ...because(why) };
}
