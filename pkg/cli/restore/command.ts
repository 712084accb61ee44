import { compact } from '../../contract/compact.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { reason, sentenceOf } from '../../contract/reasons/catalogue.ts';
import { compareAllClocks } from '../../engine/clocks.ts';
import { judgedAgain } from '../../engine/backup/losses/earlier.ts';
import { planEverything } from '../../engine/restore/everything/plan.ts';
import { assertAlone } from '../../engine/restore/exclusive.ts';
import { planRestore } from '../../engine/restore/plan/plan.ts';
import type { Plan, PlanRequest, RunFacts } from '../../engine/restore/types.ts';
import { plannedChanges, type PlannedChanges } from '../../engine/restore/planned-changes.ts';
import { requireFresh, savePlan } from '../../engine/restore/plan/saved-plan.ts';
import { planUndo } from '../../engine/restore/undo/undo.ts';
import { withInstance, type GrafanaLink } from '../../operations/grafana.ts';
import { assertAnotherGrafana } from '../../operations/connection.ts';
import { lostResources } from '../../operations/lost.ts';
import { runRestore } from '../../operations/restore.ts';
import { recordRun } from '../../operations/run.ts';
import type { Session } from '../../operations/session.ts';
import { planWarnings } from '../../engine/restore/plan/planning.ts';
import { untrustedReason } from '../../repository/signing/acceptance.ts';
import { findingError } from '../../repository/signing/finding-error.ts';
import type { Exit } from '../command.ts';
import { writeFlagFile } from '../config/environment.ts';
import { orgs as parseOrgs } from '../config/parsers.ts';
import { askedBy, type AskedBy } from '../options.ts';
import { aboutSnapshot, assertLatestWanted, narrowerThanBefore, type AboutSnapshot } from './about.ts';
import { inOrgs, namesResources, reachedOrgs, withinReach, withLost } from './orgs.ts';
import { isSelective, restoreRequest, warnOfUnusedSecrets, type RestoreFlags } from './request.ts';
import { progressPrinter } from '../output/output.ts';
import { confirmPlan } from './confirmation.ts';
import { exitOf, type Applied } from './exit.ts';
import { finishCommand, overwriteCommand, retryCommand, runCommands } from './finish-command.ts';
import { planMarkdown } from './markdown.ts';
import { cutShort, planned, printCutShort, warnInterrupted } from './interrupted.ts';
import { printRestore } from './output.ts';
import { askTrust, assertSigner, confirmTrust, keepTrust, withTrust } from './trust.ts';
import type { CliContext } from '../context.ts';
import { withSessions } from './sessions.ts';
import { unknownRun } from './unknown-run.ts';

/** Flags of a restore, or of a migration. */
export interface RestoreCommandFlags extends RestoreFlags, AskedBy {
  json?: boolean;
  markdown?: boolean;
  savePlan?: string;
  confirm?: string;
  trust?: string;
  acceptForeign?: boolean;
  undo?: string;
  apply?: boolean;
  safetySnapshot: boolean;
  /** The connection that it goes to, instead of the Grafana that the snapshot is of. */
  to?: string;
}

type Flags = RestoreCommandFlags;

/**
 * Plans a restore or an undo, applies it with `--apply`, and prints what came of it.
 * @throws DK_USAGE for flags that exclude each other
 */
export async function restoreCommand(context: CliContext, snapshot: string | undefined, given: Flags): Promise<Exit> {
  const flags = withTrust(given);
  if (flags.markdown === true && (flags.json === true || flags.apply === true)) {
    throw new DashkeepError('DK_USAGE', '--markdown prints a plan: remove --json and --apply');
  }
  const progress = progressPrinter(context, flags.json === true);
  const work =
    flags.undo === undefined
      ? planAndApply(context, snapshot, flags, progress)
      : undo(context, snapshot, flags, progress);
  const { plan, applied, about, changes } = await work.finally(progress.end);
  const { run, finish, unkept } = applied ?? {};
  const undoes = run && runCommands(context, flags).undo(run);
  if (changes !== undefined) {
    context.stdout.write(planMarkdown(plan, flags.to ?? '', changes));
    return exitOf(plan, applied, flags);
  }
  const overwrite = overwriteCommand(context, flags, plan);
  printRestore(context, { ...flags, run, finish, undo: undoes, overwrite, about, unkept }, plan, applied);
  return exitOf(plan, applied, flags);
}

interface Done {
  plan: Plan;
  applied: Applied | undefined;
  /** Absent where a restore is undone. */
  about?: AboutSnapshot;
  /** What the plan changes in words, if someone wants to read it as Markdown. */
  changes?: PlannedChanges[];
}

type Progress = ReturnType<typeof progressPrinter>;

async function planAndApply(
  context: CliContext,
  snapshot: string | undefined,
  flags: Flags,
  progress: Progress,
): Promise<Done> {
  const requested = await restoreRequest(context, snapshot, flags);
  const everything = flags.everything === true;
  const orgs = everything ? 'all' : reachedOrgs(flags.orgs, requested.options);
  const done = await withSessions(context, flags, async ({ source, session }): Promise<Done | { trust: string }> => {
    const { repository } = source;
    await assertSigner(repository, flags, context);
    await warnInterrupted(context, session.repository, runCommands(context, flags), { url: session.grafana().url });
    const stored = await repository.stored(requested.snapshot, { signal: context.signal });
    const manifest = await judgedAgain({ ...context, repository }, stored.manifest);
    for (const finding of (await repository.inspect({ signal: context.signal })).all) {
      context.log.warn({ code: finding.code }, findingError(finding).message);
    }
    if (manifest.basedOn !== undefined) {
      context.log.warn({}, sentenceOf(reason('snapshot-based-on', { time: manifest.basedOn.started })));
    }
    const named = { ...flags, named: requested.snapshot, selection: requested.selection };
    const narrower = await narrowerThanBefore(context, repository, manifest, named);
    await assertLatestWanted(context, manifest, narrower, named);
    const trust = await askTrust(context, repository, stored, named);
    if (trust !== undefined) {
      return { trust };
    }
    const confirm = confirmTrust(context, repository, stored, named);
    const doubts = [untrustedReason(stored), narrower].filter((one) => one !== undefined);
    return withInstance(
      { ...linkTo(session, orgs), needsServerAdmin: everything },
      context.signal,
      async (instance) => {
        await compareAllClocks({ ...context, instance, repository: session.repository });
        if (flags.apply === true) {
          await assertAlone({ ...context, instance, repository: session.repository });
        }
        if (flags.to !== undefined) {
          await assertAnotherGrafana(source, manifest, instance, context.signal);
        }
        const { options } = requested;
        // A saved plan says what is restored, and of which organizations.
        const isChosen = everything || requested.saved !== undefined;
        const inReach = isChosen
          ? requested.selection
          : inOrgs(requested.selection, flags.orgs, options, manifest, instance);
        const selection =
          flags.lostIn === undefined
            ? inReach
            : withLost(inReach, await lostResources({ ...context, repository }, manifest, flags.lostIn, options));
        const request = {
          ...context,
          manifest,
          repository: session.repository,
          ...(source === session ? {} : { source: repository }),
          instance: isChosen ? instance : withinReach(instance, requested.selection, flags.orgs, options),
          selection,
          options,
          onProgress: progress.report,
          // No one sees the plan before it is applied.
          ...(flags.apply === true && flags.savePlan === undefined ? { deferBodies: true } : {}),
        };
        const plan = await planned(context, everything ? planEverything(request) : planRestore(request));
        warnOfUnusedSecrets(context, options, plan);
        if (requested.saved !== undefined) {
          await requireFresh(requested.saved, request, plan);
        }
        if (flags.savePlan !== undefined) {
          await writeFlagFile(flags.savePlan, savePlan(request, plan), '--save-plan');
        }
        const applied = flags.apply === true;
        return {
          plan,
          applied: applied
            ? await applyRecorded(context, session, { ...flags, confirm }, request, plan, progress)
            : undefined,
          about: aboutSnapshot(manifest, namesResources(requested.selection) ? {} : selection, [
            ...doubts,
            ...planWarnings(plan),
          ]),
          ...(flags.markdown === true ? { changes: await plannedChanges(request, plan) } : {}),
        };
      },
      waits(flags, progress),
    );
  });
  // What is written goes under the repository's key, which is known to be the right one only when anyone who signed it
  // is trusted.
  return 'trust' in done ? planAndApply(context, snapshot, withTrust({ ...flags, trust: done.trust }), progress) : done;
}

/** A plan alone does not wait for a Grafana that is down, because someone is looking at it; applying one does. */
function waits(flags: Flags, progress: Progress): Progress['report'] | undefined {
  return flags.apply === true ? progress.report : undefined;
}

/** Plans the undo of a restore, and applies it with `--apply`. */
async function undo(
  context: CliContext,
  snapshot: string | undefined,
  flags: Flags,
  progress: Progress,
): Promise<Done> {
  const id = flags.undo ?? '';
  const { everything, savePlan, plan: saved } = flags;
  if (id.startsWith('-')) {
    throw new DashkeepError('DK_USAGE', `--undo requires the ID of a run, not ${id}`);
  }
  if ([snapshot, everything, savePlan, saved].some((given) => given !== undefined) || isSelective(flags, context)) {
    throw new DashkeepError('DK_USAGE', '--undo cannot be combined with a snapshot, a selection or a plan');
  }
  if (flags.acceptForeign === true) {
    throw new DashkeepError('DK_USAGE', '--undo restores only from a signed safety snapshot: remove --accept-foreign');
  }
  return withSessions(context, flags, async ({ source, session }) => {
    const { repository } = session;
    const run = await repository.run(id, { signal: context.signal, mustOpen: true });
    if (run === undefined) {
      throw unknownRun(context, flags, id);
    }
    await warnInterrupted(context, repository, runCommands(context, flags), { undone: id, url: session.grafana().url });
    const orgs = flags.orgs ?? [...new Set((run.record.touched ?? []).map(({ org }) => org))].join(',');
    return withInstance(
      linkTo(session, orgs === '' ? undefined : orgs),
      context.signal,
      async (instance) => {
        const asked = { ...context, repository, source: source.repository, instance, onProgress: progress.report };
        await compareAllClocks(asked);
        await assertSigner(repository, flags, context);
        const { request, plan, stored } = await planned(context, planUndo(asked, run));
        planWarnings({ ...plan, items: [] }).forEach((warning) => context.log.warn({}, sentenceOf(warning)));
        const confirm = confirmTrust(context, repository, stored, { ...flags, named: plan.snapshot });
        const applied = flags.apply === true;
        return {
          plan,
          applied: applied
            ? await applyRecorded(context, session, { ...flags, confirm }, request, plan, progress)
            : undefined,
        };
      },
      waits(flags, progress),
    );
  });
}

/** Grafana, with these organizations as `--orgs` would write them. */
function linkTo({ grafana }: Session, orgs: string | undefined): GrafanaLink {
  return { ...grafana(), ...compact({ orgs: orgs === undefined ? undefined : parseOrgs(orgs, '--orgs') }) };
}

async function applyRecorded(
  context: CliContext,
  session: Session,
  flags: Flags,
  request: PlanRequest,
  plan: Plan,
  progress: Progress,
): Promise<Applied> {
  const { confirm } = await confirmPlan(context, plan, flags);
  const finish = finishCommand(context, flags, isNamed(flags) ? plan.snapshot : undefined);
  const trigger = plan.undoes === undefined ? 'manual' : 'undo';
  const asked = {
    kind: 'restore',
    trigger,
    ...askedBy(flags),
    signal: context.signal,
    onProgress: progress.report,
  } as const;
  const { safetySnapshot } = flags;
  let [id, facts]: [string, RunFacts] = ['', {}];
  let unkept: string | undefined;
  const onUnkept = ({ message }: DashkeepError, wasKept: boolean): void => {
    // Without a safety snapshot, a target that takes nothing is to be expected.
    unkept = wasKept || safetySnapshot ? message : undefined;
  };
  const work = recordRun(session, { ...asked, onUnkept }, async (run) => {
    id = run.id;
    const note = (noted: RunFacts): void => {
      facts = { ...facts, ...noted };
      run.note(noted);
    };
    note({ finish, ...compact({ connection: flags.to }) });
    // A restore that is refused leaves no trust behind: only one that begins to write, or ends well.
    const checkpoint = async (): Promise<void> => {
      await keepTrust(request.source ?? request.repository, flags);
      await run.checkpoint();
    };
    const outcome = await runRestore(session, { request, plan, safetySnapshot, confirm }, { ...run, note, checkpoint });
    note({ finish: isNamed(flags) ? retryCommand(context, flags, plan, outcome.value.results) : finish });
    return outcome;
  });
  try {
    const restored = await work;
    await keepTrust(request.source ?? request.repository, flags);
    return { ...restored, run: id, finish: facts.finish ?? finish, ...compact({ unkept }) };
  } catch (error) {
    progress.end();
    throw printCutShort(context, flags, cutShort(id, facts, finish, runCommands(context, flags).undo), error);
  }
}

/** Whether the snapshot is an argument of the command: neither an undo nor a saved plan names one. */
function isNamed({ undo: undone, plan }: Flags): boolean {
  return undone === undefined && plan === undefined;
}
