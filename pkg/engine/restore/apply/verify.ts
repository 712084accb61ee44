import { compact } from '../../../contract/compact.ts';
import type { ApplyResult, FieldDifference } from '../../../contract/plan.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import type { Reason } from '../../../contract/reasons/reason.ts';
import type { Org } from '../../../grafana/instance.ts';
import type { ByteReservation } from '../../../grafana/http/byte-budget.ts';
import type { Kind, WriteContext } from '../../../grafana/kinds/kind.ts';
import type { Content } from '../../../grafana/kinds/content.ts';
import { releaseForm } from '../../../grafana/kinds/text-content.ts';
import { differencesBetween } from './differences.ts';
import { wantedAt, wantedContent, didOf, type WriteAttempt, type Applying } from './attempt.ts';
import { resultOf } from './result.ts';
import { isRestored } from '../content.ts';
import { withoutLogins } from '../access/missing-accounts.ts';
import { writeContext } from '../context.ts';
import { targetOf } from '../target.ts';
import { contentFingerprint, encodedContentFingerprint } from './change-log.ts';
import { visitLive } from '../live.ts';
import type { PlannedItem } from '../types.ts';

/**
 * Reads back what was written and compares. What was written to the letter must have the mark of its entry, so that
 * nothing is read from the repository again. A write whose answer was lost may have worked: what is there decides.
 */
export async function verifyKind(
  applying: Applying,
  org: Org,
  kind: Kind,
  attempts: ReadonlyMap<PlannedItem, WriteAttempt>,
): Promise<ApplyResult[]> {
  const { request } = applying;
  // Where Grafana hands out its own uid, what was written is to be found under that one.
  const byUid = new Map(
    [...attempts].map(([item, attempt]) => [attempt.uid ?? targetOf(item).uid, { item, attempt }] as const),
  );
  const results: ApplyResult[] = [];
  await visitLive({
    kind,
    context: writeContext(request, org),
    wanted: [...byUid].map(([uid, { item }]) => ({ ...wantedAt(item), uid })),
    total: Math.max(request.manifest.kinds[kind.name]?.listed ?? 0, attempts.size),
    isSame(uid, live) {
      const mark = byUid.get(uid)?.attempt.mark;
      return mark !== undefined && contentFingerprint(request.repository, kind, live) === mark;
    },
    async each(uid, live) {
      const found = byUid.get(uid);
      if (found !== undefined) {
        results.push(await compare(applying, kind, found.item, found.attempt, uid, live));
      }
    },
    unreadable(uid, { message }) {
      const found = byUid.get(uid);
      if (found !== undefined) {
        results.push(foundAt(uid, found.item, 'differs', reason('live-unreadable', { message })));
      }
    },
  });
  return results;
}

/**
 * Reads back right after it was written what would take long to list, so that reading does not begin when all writing
 * has ended. Only what is there to the letter counts: whatever else is found, or goes wrong, is looked at again when
 * all is written.
 */
export async function verifyAtOnce(
  applying: Applying,
  kind: Kind,
  context: WriteContext,
  item: PlannedItem,
  attempt: WriteAttempt,
  share: ByteReservation,
): Promise<ApplyResult | undefined> {
  if (kind.readBackAtOnce === undefined || attempt.mark === undefined || attempt.uid !== undefined) {
    return undefined;
  }
  try {
    const live = await kind.read({ ...context, grafana: context.grafana.reserving(share) }, wantedAt(item));
    const { repository } = applying.request;
    const expected = item.entry?.object;
    const mark =
      live && (await encodedContentFingerprint({ repository, encoder: applying.encoder }, kind, live, expected));
    if (live !== undefined) {
      releaseForm(live);
    }
    if (mark !== attempt.mark) {
      return undefined;
    }
    const { uid } = targetOf(item);
    noteFound(applying, item, uid, mark);
    return foundAt(uid, item, 'verified', reason('as-planned'));
  } catch {
    applying.request.signal.throwIfAborted();
    return undefined;
  }
}

async function compare(
  applying: Applying,
  kind: Kind,
  item: PlannedItem,
  attempt: WriteAttempt,
  uid: string,
  live: Content | undefined,
): Promise<ApplyResult> {
  const { failure } = attempt;
  const mark = live === undefined ? undefined : contentFingerprint(applying.request.repository, kind, live);
  const isMarked = mark !== undefined && mark === attempt.mark;
  const wanted = live === undefined || isMarked ? undefined : await contentToFind(applying, kind, item);
  if (isMarked || (live !== undefined && wanted !== undefined && isRestored(kind, wanted, live))) {
    noteFound(applying, item, uid, mark);
    const { uid: planned } = targetOf(item);
    const renamed = planned === uid ? reason('as-planned') : reason('other-uid', { uid });
    return foundAt(uid, item, 'verified', failure === undefined ? renamed : reason('there-anyway'));
  }
  const differences = live && wanted && differencesBetween(kind, wanted, live);
  const isWhole = (logins: readonly string[]): boolean =>
    live !== undefined && wanted !== undefined && isRestored(kind, withoutLogins(kind, wanted, new Set(logins)), live);
  const why = differences && whyDiffers(item, differences, isWhole);
  // What cannot be written here is as done as it gets; and where nothing was written, it is as somebody left it.
  noteFound(applying, item, uid, mark, why !== undefined && !isLeftOut(why) && mark !== item.live);
  if (failure !== undefined) {
    return resultOf(item, failure.code === 'owner-failed' ? 'skipped' : 'failed', failure);
  }
  return why === undefined
    ? resultOf(item, 'differs', reason('vanished'))
    : { ...foundAt(uid, item, 'differs', why), ...compact({ differences }) };
}

/** What was to be written; where secrets were supplied, without those of the snapshot, which they replaced. */
async function contentToFind(applying: Applying, kind: Kind, item: PlannedItem): Promise<Content> {
  const { content } = await wantedContent(applying, item);
  const { org, uid } = targetOf(item);
  const supplied = applying.request.options.secrets?.(kind.name, uid, org);
  return supplied === undefined ? content : (kind.withoutSecrets?.(content) ?? content);
}

/** The plan already named who is missing here; a team or permissions that lack only them are explained by them. */
function whyDiffers(
  { lost = [] }: PlannedItem,
  differences: readonly FieldDifference[],
  isWhole: (logins: readonly string[]) => boolean,
): Reason {
  const isOnly = (field: string): boolean => differences.every(({ path }) => path === field);
  const logins = lost.flatMap(({ code, params }) =>
    code === 'member-lost' || code === 'member-other' ? [params['login'] ?? ''] : [],
  );
  if (logins.length > 0 && isOnly('members')) {
    return reason('members-left-out', { logins: logins.join(', ') });
  }
  const grants = lost.filter(({ code }) => code === 'permission-lost').map(({ params }) => params);
  const users = grants.flatMap(({ login }) => login ?? []);
  if (grants.length > 0 && isOnly('permissions') && (users.length < grants.length || isWhole(users))) {
    const names = grants.map(({ name }) => name).join(', ');
    return reason('permissions-left-out', {
      names,
      ...(users.length === grants.length ? { logins: users.join(', ') } : {}),
    });
  }
  const fields = differences.map(({ path }) => path).join(', ');
  return fields === '' ? reason('differs-now') : reason('differs-in', { fields });
}

/** Puts down what is really there; what is not there was not made. */
function noteFound(
  { changeLog }: Applying,
  item: PlannedItem,
  uid: string,
  mark: string | undefined,
  isHalf = false,
): void {
  const touched = { ...targetOf(item), uid };
  if (mark === undefined) {
    changeLog.drop(touched);
  } else if (changeLog.has(touched)) {
    changeLog.put({ ...touched, did: didOf(item), mark, ...(isHalf ? { differs: true } : {}) });
  }
}

/** The result of what is there. What the plan said about its losses outlives the plan, unless the reason says it. */
function foundAt(uid: string, item: PlannedItem, outcome: ApplyResult['outcome'], why: Reason): ApplyResult {
  const { losses, lost } = item;
  return {
    ...resultOf(item, outcome, why),
    ...(losses.length > 0 && !isLeftOut(why) ? compact({ losses, lost }) : {}),
    found: { org: targetOf(item).org, uid },
  };
}

function isLeftOut({ code }: Reason): boolean {
  return code === 'members-left-out' || code === 'permissions-left-out';
}
