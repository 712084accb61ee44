import { compact } from '../../contract/compact.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { refusal } from '../../contract/reasons/reason.ts';
import type { OnProgress } from '../../engine/progress.ts';
import type { Plan, Restored, RunFacts } from '../../engine/restore/types.ts';
import type { Instance, Org } from '../../grafana/instance.ts';
import type { Connection } from '../../operations/connection.ts';
import { withInstance } from '../../operations/grafana.ts';
import { recordRun, type Run, type RunOutcome } from '../../operations/run.ts';
import type { Session } from '../../operations/session.ts';
import type { Connections } from '../connections/connections.ts';
import type { Caller } from '../organizations/caller.ts';
import type { OpenedTarget } from '../repository/opened-target.ts';

/** Who asks for a plan, and gets to see how far it is. */
export interface PlanAsker {
  caller: Caller;
  signal: AbortSignal;
  onProgress?: OnProgress | undefined;
}

/** Where a plan writes: the Grafana that the service backs up, or that of a connection. */
export interface Place extends PlanAsker {
  /** Of the Grafana that the service backs up. */
  source: Session;
  /** Of the Grafana that is written to. */
  session: Session;
  /** Absent where both are the same. */
  connection?: Connection;
  /** Connects to that Grafana, to read. */
  read<T>(signal: AbortSignal, work: (instance: Instance) => Promise<T>): Promise<T>;
  /** Connects to that Grafana, and keeps the record of what is done there. */
  apply(run: Run, plan: Plan, writes: Writes): Promise<RunOutcome<Restored>>;
}

type Writes = (instance: Instance, run: Run) => Promise<RunOutcome<Restored>>;

/** Lends the place of a plan. @param name - of a connection. @throws DK_NOT_FOUND */
export async function withPlace<T>(
  connections: Connections,
  target: OpenedTarget,
  name: string | undefined,
  asker: PlanAsker,
  work: (place: Place) => Promise<T>,
): Promise<T> {
  const { caller, signal } = asker;
  if (name === undefined) {
    const session = await target.session(signal, { caller });
    const apply: Place['apply'] = (run, _, writes) => connected(session, run, writes);
    const read: Place['read'] = (within, reads) => withInstance(session.grafana(), within, reads);
    return work({ ...asker, source: session, session, apply, read });
  }
  return connections.use(name, caller, signal, async (session, connection) => {
    const source = await target.session(signal, { caller });
    // The plan may be applied when what was lent for it is long closed.
    const apply: Place['apply'] = (run, plan, writes) =>
      connections.use(name, caller, run.signal, (lent) => recorded(lent, name, run, plan, writes));
    const read: Place['read'] = (within, reads) =>
      connections.use(name, caller, within, (lent) => withInstance(lent.grafana(), within, reads));
    return work({ ...asker, source, session, connection, apply, read });
  });
}

function connected({ grafana }: Session, run: Run, writes: Writes): Promise<RunOutcome<Restored>> {
  return withInstance(grafana(), run.signal, (instance) => writes(instance, run), run.onProgress);
}

/** With a record in the repository of the connection, as `dashkeep migrate` keeps it. */
async function recorded(
  session: Session,
  connection: string,
  run: Run,
  { undoes }: Plan,
  writes: Writes,
): Promise<RunOutcome<Restored>> {
  const { id, by, request, signal, onProgress } = run;
  const trigger = undoes === undefined ? 'manual' : 'undo';
  const asked = compact({ id, kind: 'restore' as const, trigger, by, signal, onProgress });
  // The safety snapshot is in the repository of the connection.
  const { snapshot: _, ...seen } = await recordRun(session, asked, async (one) => {
    // By the request, a later run is known to finish this one.
    one.note(compact({ connection, request }));
    const note = (facts: RunFacts): void => {
      one.note(facts);
      const { planned, counts } = facts;
      run.note(compact({ planned, counts }));
    };
    const outcome = await connected(session, { ...one, note }, writes);
    return { ...outcome, value: outcome };
  });
  return seen;
}

/** A plan is for one organization. @throws DK_SETTINGS when the connection reaches several */
export function onlyOrg({ orgs }: Instance, { name, prefix }: Connection): Org {
  const [org, ...others] = orgs as [Org];
  if (others.length > 0) {
    const all = orgs.map(({ id, name: title }) => `${id} (${title})`).join(', ');
    throw refusal('DK_SETTINGS', reason('connection-several-orgs', { name, orgs: all }), {
      advice: reason('name-connection-org', { connection: prefix }),
    });
  }
  return org;
}
