import { numberAt } from '../../../lib/json/json.ts';
import { objectsOf } from '../../../grafana/http/pagination/lists.ts';
import type { Org } from '../../../grafana/instance.ts';
import { EarlierRestores } from '../plan/earlier-restores.ts';
import type { Caller, Everything, OrgTarget, PlanRequest, RestoreOptions } from '../types.ts';
import { homeOf } from './caller.ts';

/** What a restore of everything that did not finish left behind, as far as a trusted key signed its record. */
export type Interrupted = Pick<Everything, 'targets' | 'joined'>;

/** Finds the organizations that an unfinished restore of the snapshot created, and the accounts that joined them. */
export async function findInterrupted(
  request: PlanRequest,
  targets: readonly OrgTarget[],
  caller: Caller,
): Promise<Interrupted> {
  const { id: home } = homeOf(request.instance.orgs);
  const earlier = new EarlierRestores(request);
  const isNew = async (org: Org): Promise<boolean> => {
    const made = await earlier.cutOff({ org: home, kind: 'org', uid: org.name });
    // Someone else may have created one of that name after the restore was cut off.
    return made?.did === 'created' && (made.open !== true || (await isAloneIn(request, org, caller)));
  };
  const joined = new Set<string>();
  for (const { kind, uid } of request.manifest.resources.filter((entry) => entry.kind === 'user')) {
    const written = await earlier.cutOff({ org: home, kind, uid });
    if (written !== undefined && written.open !== true && written.differs !== true) {
      joined.add(uid);
    }
  }
  return {
    targets: await Promise.all(
      targets.map(async (target) =>
        target.org !== undefined && (await isNew(target.org)) ? { ...target, isNew: true as const } : target,
      ),
    ),
    joined,
  };
}

/** Whether an organization has no other member than the account that restores, as one that it has just created. */
async function isAloneIn({ instance, signal }: PlanRequest, { id }: Org, caller: Caller): Promise<boolean> {
  const path = `/api/orgs/${id}/users`;
  const members = objectsOf(await homeOf(instance.orgs).client.get(path, { keep: ['userId'], signal }), path);
  return members.every((member) => numberAt(member, 'userId') === caller.id);
}

/**
 * The new organizations that an existing account joins: the account that restores none, and those that joined the ones
 * of an interrupted restore only those that are created now. Someone may have removed them since.
 */
export function joinedBy(
  { caller, joined }: Pick<Everything, 'caller' | 'joined'>,
  created: readonly OrgTarget[],
  targets: readonly OrgTarget[],
): NonNullable<RestoreOptions['newOrgs']> {
  const namesOf = (orgs: readonly OrgTarget[]): ReadonlySet<string> => new Set(orgs.map(({ name }) => name));
  const now = namesOf(created);
  const all = namesOf([...created, ...targets.filter(({ isNew }) => isNew === true)]);
  const none = namesOf([]);
  return (login) => (login === caller.login ? none : joined.has(login) ? now : all);
}
