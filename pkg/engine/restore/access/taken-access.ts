import { reason } from '../../../contract/reasons/catalogue.ts';
import { lossesOf } from '../../../contract/reasons/reason.ts';
import { isForbidden, isUnreadable } from '../../../grafana/http/errors.ts';
import type { Content } from '../../../grafana/kinds/content.ts';
import type { Kind, Listed, WriteContext } from '../../../grafana/kinds/kind.ts';
import { KINDS } from '../../../grafana/kinds/registry.ts';
import { mapConcurrently } from '../../../lib/concurrency/each-at-once.ts';
import { valueIf } from '../../../lib/expected-errors.ts';
import type { RecentKind } from '../../recent.ts';
import { isWritten } from '../apply/attempt.ts';
import { storedContent } from '../content.ts';
import type { Planning } from '../plan/planning.ts';
import { listOf } from '../plan/removals.ts';
import { targetOf } from '../target.ts';
import type { PlannedItem, PlanRequest } from '../types.ts';
import { withoutLogins } from './missing-accounts.ts';

const READS_AT_ONCE = 16;

/** Says of accounts that leave organizations how many teams and permissions Grafana takes from them there. */
export async function reportTakenAccess(
  { request, memberships, contextIn }: Planning,
  items: readonly PlannedItem[],
): Promise<void> {
  for (const org of request.instance.orgs) {
    const leaving = items.filter(
      (item) => item.kind === 'user' && isWritten(item) && memberships.leaves(targetOf(item).uid, org.name),
    );
    const taken = new Map(leaving.map((item) => [item, { teams: 0, permissions: 0 }]));
    for (const kind of leaving.length === 0 ? [] : KINDS.filter(({ namesPeople }) => namesPeople === true)) {
      for (const content of await contentsOf(request, kind, contextIn(org), request.recent?.of(org.id, kind))) {
        for (const [item, counts] of taken) {
          const rest = withoutLogins(kind, content, new Set([targetOf(item).uid]));
          counts[kind.name === 'team' ? 'teams' : 'permissions'] += rest.body === content.body ? 0 : 1;
        }
      }
    }
    for (const [item, { teams, permissions }] of taken) {
      if (teams + permissions > 0) {
        const params = { teams: String(teams), permissions: String(permissions), org: org.name };
        const { losses, lost } = lossesOf([reason('access-taken', params)]);
        Object.assign(item, { losses: [...item.losses, ...losses], lost: [...(item.lost ?? []), ...lost] });
      }
    }
  }
}

/** All that is live of a kind, as far as the account may read it; of the last backup, what it read recently. */
async function contentsOf(
  { repository, signal }: PlanRequest,
  kind: Kind,
  context: WriteContext,
  recent: RecentKind | undefined,
): Promise<Content[]> {
  const read = async (listed: Listed): Promise<Content | undefined> => {
    const entry = recent?.stored(listed)?.entry;
    return entry === undefined ? kind.read(context, listed) : storedContent(repository, entry, signal);
  };
  const isHidden = (error: unknown): boolean => isForbidden(error) || isUnreadable(error);
  const listed = (await kind.serves(context)).served ? await listOf(kind, context).catch(valueIf(isHidden, [])) : [];
  const contents = await mapConcurrently(READS_AT_ONCE, listed, (one) => read(one).catch(valueIf(isHidden, undefined)));
  return contents.filter((content) => content !== undefined);
}
