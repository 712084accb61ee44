import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import type { Abortable } from '../../lib/abortable.ts';
import { printable } from '../layout.ts';
import type { Session } from './session.ts';
import { SESSION_DEAD, type LiveSession, type Sessions } from './sessions.ts';

/** What a restore needs of the sessions of a repository. */
export type RestoreSessions = Pick<Sessions, 'open' | 'live' | 'service'>;

/**
 * A session of a restore: given only when no other one writes to the same Grafana. Restores of one service exclude each
 * other by themselves, also across its replicas. Of two that begin concurrently, both may be refused. So is one by a
 * session that no trusted key signed: two concurrent restores would write everything without a UID twice.
 * @param run.grafana - what identifies the Grafana; where one side does not know that, it is taken for the same
 * @throws DK_BUSY naming who restores
 */
export async function openRestore(
  sessions: RestoreSessions,
  run: { id: string; grafana: readonly string[] },
  calls: Abortable,
): Promise<Session> {
  const session = await sessions.open({ ...run, kind: 'restore' }, calls);
  try {
    await assertNoRestore(sessions, run, calls);
    return session;
  } catch (error) {
    await session.end();
    throw error;
  }
}

/** @throws DK_BUSY while a restore other than the one with this ID writes to the same Grafana; see `openRestore` */
export async function assertNoRestore(
  sessions: Pick<RestoreSessions, 'live' | 'service'>,
  { id, grafana: own }: { id?: string; grafana: readonly string[] },
  { signal }: Abortable,
): Promise<void> {
  const live = await sessions.live(id, signal);
  const other = live.find(
    ({ kind, counts, fresh, owner, grafana = [] }) =>
      kind === 'restore' &&
      // New machines, as after a disaster, do not trust each other's keys.
      (counts || fresh) &&
      (sessions.service === undefined || owner?.service !== sessions.service) &&
      (grafana.length === 0 || own.length === 0 || grafana.some((one) => own.includes(one))),
  );
  if (other !== undefined) {
    throw restoring(other);
  }
}

/** Restores that are at work, or may be, other than this one; what no trusted key signed says nothing. */
export async function restoresAtWork(
  sessions: RestoreSessions,
  self: string | undefined,
  { signal }: Abortable,
): Promise<LiveSession[]> {
  const live = await sessions.live(self, signal);
  return live.filter(({ kind, counts }) => kind === 'restore' && counts);
}

function restoring({ id, owner, started, silent, counts }: LiveSession): DashkeepError {
  // What no trusted key signed is not repeated.
  const where = owner === undefined || !counts ? '' : ` on ${printable(owner.host)} (process ${owner.pid})`;
  const since = started === undefined || !counts ? '' : ` since ${started}`;
  const seconds = String(Math.max(1, Math.ceil((SESSION_DEAD - silent) / 1000)));
  return new DashkeepError(
    'DK_BUSY',
    `another restore (${printable(id)}) is in progress${where}${since}, last seen ${Math.round(silent / 1000)} s ago`,
    { advice: reason(counts ? 'wait-for-restore' : 'wait-for-unsigned-restore', { seconds }) },
  );
}
