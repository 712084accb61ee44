import type { Counterpart, RestoreOptions } from '../../contract/api/restores.ts';
import { compact } from '../../contract/compact.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { REPLACEABLE, SERVER_KINDS } from '../../contract/kinds.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { refusal } from '../../contract/reasons/reason.ts';
import { compareAllClocks } from '../../engine/clocks.ts';
import type { OnProgress } from '../../engine/progress.ts';
import { writeContext } from '../../engine/restore/context.ts';
import type { Plan, PlanRequest } from '../../engine/restore/types.ts';
import { planUndo } from '../../engine/restore/undo/undo.ts';
import type { Instance, Org } from '../../grafana/instance.ts';
import { kindOf } from '../../grafana/kinds/registry.ts';
import { assertAnotherGrafana, type Connection } from '../../operations/connection.ts';
import { withInstance } from '../../operations/grafana.ts';
import { recordRun } from '../../operations/run.ts';
import { assertRestorable } from '../../repository/signing/acceptance.ts';
import { coverageOf, notFullReasons } from '../../repository/snapshots/coverage.ts';
import type { Caller } from '../organizations/caller.ts';
import { manifestFor } from '../organizations/manifest-view.ts';
import type { OpenedTarget } from '../repository/opened-target.ts';
import { asPlanned, findingsOf, type Apply, type PlannedRestore, type PlanQuestion } from '../restores/plans.ts';
import { optionsOf, planWithDependencies, selectionOf } from '../restores/request.ts';
import { leftToCommandLine } from '../restores/server-kinds.ts';
import type { Connections } from './connections.ts';
import { matchUsers } from './users.ts';

type To = NonNullable<RestoreOptions['to']>;

/** Plans a restore of the caller's organization from a snapshot into the organization of a connection. */
export async function planSend(
  connections: Connections,
  target: OpenedTarget,
  { snapshot, selection, options }: PlanQuestion,
  to: To,
  caller: Caller,
  signal: AbortSignal,
  onProgress?: OnProgress,
): Promise<PlannedRestore> {
  return connections.use(to.connection, caller, signal, async ({ repository, grafana, clock, log }, connection) => {
    const session = await target.session(signal, { caller });
    const source = session.repository;
    const stored = await source.stored(snapshot, { signal });
    // A plan shows contents, too.
    assertRestorable(source.trust, stored, { named: snapshot, acceptForeign: false });
    const manifest = manifestFor(stored.manifest, caller);
    return withInstance(grafana(), signal, async (instance) => {
      await assertAnotherGrafana(session, manifest, instance, signal);
      const clocks = await compareAllClocks({ repository, instance, clock, log, signal });
      const orgs = new Map([[caller.org, onlyOrg(instance, connection).id]]);
      const request: Omit<PlanRequest, 'selection'> = compact({
        ...{ manifest, repository, source, instance, clock, log, signal, onProgress },
        options: { ...optionsOf(options), orgs },
      });
      const chosen = selectionOf(selection);
      const plan = await planWithDependencies(request, chosen, options.withDependencies === true);
      const whole = { ...request, selection: chosen };
      const warnings = [
        ...(clocks === undefined ? [] : [clocks]),
        ...(await findingsOf(source, signal)),
        ...(await findingsOf(repository, signal)),
        ...(manifest.basedOn === undefined ? [] : [reason('snapshot-based-on', { time: manifest.basedOn.started })]),
        ...notFullReasons(manifest),
        ...leftToCommandLine(manifest, chosen),
      ];
      const planned = await asPlanned(
        session,
        { request: whole, plan, stored, warnings },
        applyTo(connections, connection, caller),
      );
      const counterparts = await counterpartsOf(whole, plan, to);
      const users = await matchUsers(whole, plan, to);
      return { ...planned, ...compact({ users }), counterparts, coverage: { ...coverageOf(manifest), advice: [] } };
    });
  });
}

/** Plans the undo of a run that wrote to a connection. @throws DK_NOT_FOUND, DK_USAGE */
export async function planUndoSend(
  connections: Connections,
  target: OpenedTarget,
  { id, connection: name }: { id: string; connection: string },
  caller: Caller,
  signal: AbortSignal,
  onProgress?: OnProgress,
): Promise<PlannedRestore> {
  return connections.use(name, caller, signal, async (session, connection) => {
    const { repository, clock, log } = session;
    const source = (await target.session(signal, { caller })).repository;
    const run = await repository.run(id, { signal });
    if (run === undefined) {
      throw new DashkeepError('DK_NOT_FOUND', 'the repository of the connection has no record of that run');
    }
    return withInstance(session.grafana(), signal, async (instance) => {
      const ports = { repository, source, instance, clock, log, signal };
      const clocks = await compareAllClocks(ports);
      const { request, plan, stored } = await planUndo({ ...ports, ...compact({ onProgress }) }, run);
      assertRestorable(repository.trust, stored, { named: plan.snapshot, acceptForeign: false });
      const warnings = [...(clocks === undefined ? [] : [clocks]), ...(await findingsOf(repository, signal))];
      return asPlanned(
        session,
        { request, plan, stored, warnings },
        applyTo(connections, connection, caller, plan.undoes),
      );
    });
  });
}

/** Writes to a connection, with a record in its repository as `dashkeep migrate` keeps it. */
function applyTo(connections: Connections, { name }: Connection, caller: Caller, undoes?: string): Apply {
  return (run, work) =>
    connections.use(name, caller, run.signal, async (session) => {
      const { id, by, signal, onProgress } = run;
      const trigger = undoes === undefined ? 'manual' : 'undo';
      const asked = compact({ id, kind: 'restore' as const, trigger, by, signal, onProgress });
      // The safety snapshot is in the repository of the connection.
      const { snapshot: _, ...seen } = await recordRun(session, asked, async (one) => {
        const outcome = await withInstance(session.grafana(), signal, (instance) => work(instance, one), onProgress);
        return { ...outcome, value: outcome };
      });
      return seen;
    });
}

/** A plan is for one organization. @throws DK_SETTINGS when the connection reaches several */
function onlyOrg({ orgs }: Instance, { name, prefix }: Connection): Org {
  const [org, ...others] = orgs as [Org];
  if (others.length > 0) {
    const all = orgs.map(({ id, name: title }) => `${id} (${title})`).join(', ');
    throw refusal('DK_SETTINGS', reason('connection-several-orgs', { name, orgs: all }), {
      advice: reason('name-connection-org', { connection: prefix }),
    });
  }
  return org;
}

/** Dependencies that the other Grafana lacks, and the selected folders, each with possible replacements. */
async function counterpartsOf(request: PlanRequest, { missing }: Plan, { replace }: To): Promise<Counterpart[]> {
  const { manifest, selection, instance } = request;
  const titleOf = (kind: string, uid: string): string =>
    manifest.resources.find((one) => one.kind === kind && one.uid === uid)?.title ?? uid;
  const kinds = REPLACEABLE.filter((kind) => !SERVER_KINDS.has(kind));
  const found = await Promise.all(
    kinds.map(async (kind) => {
      const chosen = new Map(Object.entries(replace?.[kind] ?? {}));
      const sent = kind === 'folder' ? (selection.folders ?? []) : [];
      const lacking = [...sent, ...missing.filter((one) => one.kind === kind)].map(({ uid }) => uid);
      const wanted = [...new Set([...lacking, ...chosen.keys()])];
      const choices = wanted.length === 0 ? [] : await titlesOf(request, instance, kind);
      return wanted.map((uid) => compact({ kind, uid, title: titleOf(kind, uid), to: chosen.get(uid), choices }));
    }),
  );
  return found.flat();
}

async function titlesOf(
  request: PlanRequest,
  { orgs }: Instance,
  kind: Counterpart['kind'],
): Promise<Counterpart['choices']> {
  const found: Counterpart['choices'] = [];
  for (const org of orgs) {
    for await (const { uid, title } of kindOf(kind).list(writeContext(request, org), {
      revision: () => undefined,
      size: 0,
    })) {
      found.push({ uid, title });
    }
  }
  return found;
}
