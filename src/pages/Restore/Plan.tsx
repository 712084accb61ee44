import '../../lib/catalogue/restoreReasons.ts';
import { css } from '@emotion/css';
import { Alert, LinkButton, Stack } from '@grafana/ui';
import { useContext } from 'react';
import { useNavigate, useParams } from 'react-router';
import type { Counterpart, RestoreOptions, RestorePlan } from '../../../pkg/contract/api/restores.ts';
import type { Run, RunSummary } from '../../../pkg/contract/api/runs.ts';
import { AppPage } from '../../components/AppPage.tsx';
import { CoverageLine } from '../../components/CoverageLine.tsx';
import { QueryView } from '../../components/QueryView.tsx';
import { RunProgress } from '../../components/RunProgress.tsx';
import { runLabel } from '../../components/StatusBadge.tsx';
import { ServiceNotice } from '../../components/problems/ServiceNotice.tsx';
import { OutageContext } from '../../data/useOutage.ts';
import { usePlanRestore, useRestorePlan } from '../../data/useRestores.ts';
import { useSecurityItems } from '../../data/lists/useRestoreLists.ts';
import { useRun, useRunOfRestore } from '../../data/useRuns.ts';
import { useSnapshot, useTimesNear } from '../../data/useSnapshots.ts';
import { distinctTimes, formatTime } from '../../lib/format.ts';
import { t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';
import { noOutline } from '../../lib/styles.ts';
import { useUrlState } from '../../hooks/useUrlState.ts';
import { useFocusOnChange } from '../../hooks/useFocusOnChange.ts';
import { ApplyBar } from './ApplyBar.tsx';
import { AsRead } from './plan/AsRead.tsx';
import { Counterparts } from './plan/Counterparts.tsx';
import { Conflicts } from './plan/Conflicts.tsx';
import { DataSources } from './DataSources.tsx';
import { EndedRestore, FailedPlan, hasFailed, isLost, LostPlan } from './EndedRestore.tsx';
import { Dependencies } from './Dependencies.tsx';
import { Leftovers } from './Leftovers.tsx';
import { EarlierPart } from './plan/EarlierPart.tsx';
import { OneDifference, useOneDifference } from './plan/OneDifference.tsx';
import { Outcome } from './Outcome.tsx';
import { PlanItems } from './plan/PlanItems.tsx';
import { SaveMapping } from './plan/SaveMapping.tsx';
import { Users } from './plan/Users.tsx';
import { formOf } from './request.ts';
import { titleOf } from './plan/title.ts';
import { SecurityChanges } from './SecurityChanges.tsx';
import { warningTexts } from '../../lib/catalogue/reasons.ts';
import { planningText } from '../../components/resources/RestoreButton.tsx';
import { WaitCard } from '../../components/WaitCard.tsx';

/** A restore from its plan to its verified end; the URL is the same all the way. */
export function Plan() {
  const { id = '' } = useParams();
  const query = useRestorePlan(id);
  const plan = query.data;
  const to = plan?.options.to?.connection;
  // The snapshot that an undo restores is in the repository of the connection.
  const snapshot = useSnapshot(to !== undefined && plan?.undoes !== undefined ? undefined : plan?.snapshot);
  const { time } = snapshot.data ?? {};
  const timeText = distinctTimes([...useTimesNear(time), ...(time === undefined ? [] : [time])]);
  const ended = useRunOfRestore(id, isLost(query.error)).data?.items[0];
  const undoes = plan?.undoes ?? ended?.undoes;
  const undone = useRun(undoes).data;
  const finished = useRun(useFinished()).data;
  const subTitle =
    undoes !== undefined
      ? undone && undoesText(undone)
      : finished
        ? t('plan.finishes', 'Finishes the restore started {{time}}', { time: formatTime(finished.started) })
        : time && t('plan.from', 'From the snapshot of {{time}}', { time: timeText(time) });
  return (
    <AppPage
      pageNav={{
        text:
          finished && plan?.state === 'planned'
            ? t('cutShort.finish', 'Finish this restore')
            : pageTitle(plan, query.error, ended),
        parentItem:
          to === undefined
            ? { text: t('plan.title', 'Restore'), url: routes.restore() }
            : { text: t('send.title', 'Send to another Grafana instance'), url: routes.send() },
      }}
      subTitle={subTitle}
      actions={
        plan &&
        !isLost(query.error) &&
        plan.state !== 'applying' &&
        plan.state !== 'planning' &&
        plan.state !== 'expired' &&
        plan.undoes === undefined && (
          <LinkButton variant="secondary" icon="pen" href={formOf(plan)}>
            {plan.state === 'planned' ? t('plan.change', 'Edit selection') : t('plan.again', 'New plan')}
          </LinkButton>
        )
      }
    >
      {isLost(query.error) ? (
        <EndedRestore id={id} plan={plan} />
      ) : hasFailed(query.error, plan) ? (
        <FailedPlan error={query.error} plan={plan} />
      ) : (
        <QueryView query={query}>{(data) => <Stage plan={data} />}</QueryView>
      )}
    </AppPage>
  );
}

/** The interrupted restore that a plan finishes. */
function useFinished(): string | undefined {
  return useUrlState().read('finishes') || undefined;
}

/** What an undo takes back. */
function undoesText({ undoes, connection, started }: Run): string {
  const time = formatTime(started);
  return undoes !== undefined
    ? t('plan.reverses', 'Reverses the undo started {{time}}', { time })
    : connection === undefined
      ? t('plan.undoes', 'Undoes the restore started {{time}}', { time })
      : t('plan.undoesSent', 'Undoes the changes of {{time}} in {{name}}', { time, name: connection });
}

function pageTitle(plan: RestorePlan | undefined, error: Error | null, ended: RunSummary | undefined): string {
  // What became of a restore that its service did not survive, only the run knows.
  if (isLost(error)) {
    return ended === undefined ? t('plan.title', 'Restore') : runLabel(ended);
  }
  return plan === undefined || hasFailed(error, plan) ? t('plan.items', 'Plan') : titleOf(plan);
}

/** Takes the focus along from the button to the progress, and from there to the result. */
function Stage({ plan }: { plan: RestorePlan }) {
  const stage = useFocusOnChange<HTMLDivElement>(plan.state);
  return (
    <div ref={stage} tabIndex={-1} className={noOutline}>
      <EarlierPart plan={plan} />
      {/* What is shown of a plan is read once, so not before it is made. */}
      {plan.state === 'planning' ? <Planning plan={plan} /> : <Body key={plan.id} plan={plan} />}
    </div>
  );
}

const atStart = css({ alignSelf: 'flex-start' });

function Body({ plan }: { plan: RestorePlan }) {
  const run = useRun(plan.run);
  const replan = usePlanRestore();
  const navigate = useNavigate();
  const finishes = useFinished();
  const one = useOneDifference(plan);
  const security = useSecurityItems(plan.id, plan.state === 'planned' && plan.security > 0);
  // What a person confirms is in front of them.
  const isShown = !(plan.security > 0) || (security.first !== undefined && !security.hasMore);
  const withOptions = (options: RestoreOptions) =>
    replan.mutate(
      { snapshot: plan.snapshot, selection: plan.selection, options: { ...plan.options, ...options } },
      { onSuccess: (made) => void navigate(routes.restorePlan(made.id, { finishes }), { replace: true }) },
    );
  const replace = ({ kind, uid }: Pick<Counterpart, 'kind' | 'uid'>, chosen: string | undefined) => {
    const { [uid]: _, ...others } = plan.options.to?.replace?.[kind] ?? {};
    const uids = chosen === undefined ? others : { ...others, [uid]: chosen };
    const { to = { connection: '' } } = plan.options;
    withOptions({ to: { ...to, replace: { ...to.replace, [kind]: uids } } });
  };
  if (plan.state === 'applying') {
    return <QueryView query={run}>{(data) => <RunProgress run={data} isStale={run.error !== null} />}</QueryView>;
  }
  if (plan.state === 'applied' || plan.state === 'failed') {
    return <Outcome plan={plan} run={run.data} />;
  }
  if (plan.state === 'expired') {
    return <LostPlan plan={plan} />;
  }
  const apply = <ApplyBar plan={plan} busy={replan.isPending || one.isLoading || !isShown} shown={one.shown} />;
  return (
    <Stack direction="column" gap={3}>
      {replan.error !== null && <ServiceNotice error={replan.error} />}
      <CoverageLine coverage={plan.coverage} />
      {warningTexts(plan).map((warning) => (
        <Alert key={warning} severity="warning" title={warning} bottomSpacing={0} />
      ))}
      {plan.notFull?.lastFull !== undefined && (
        <LinkButton className={atStart} variant="secondary" href={routes.snapshot(plan.notFull.lastFull)}>
          {t('shrunk.open', 'Open the last full backup')}
        </LinkButton>
      )}
      {plan.asRead !== undefined && (
        <AsRead asRead={plan.asRead} busy={replan.isPending} onRead={() => withOptions({ readEverything: true })} />
      )}
      <SecurityChanges
        plan={plan}
        list={security}
        isAgain={finishes !== undefined}
        busy={replan.isPending}
        onKeepSecrets={(keepSecrets) => withOptions({ keepSecrets })}
      />
      {plan.undoes === undefined && (
        <Dependencies plan={plan} busy={replan.isPending} onInclude={() => withOptions({ withDependencies: true })} />
      )}
      <Conflicts plan={plan} />
      {plan.options.to === undefined && apply}
      <Leftovers plan={plan} busy={replan.isPending} onOverwrite={() => withOptions({ overwrite: true })} />
      {plan.counterparts !== undefined && (
        <Counterparts counterparts={plan.counterparts} busy={replan.isPending} onReplace={replace} />
      )}
      {plan.undoes === undefined && (
        <DataSources
          plan={plan}
          busy={replan.isPending}
          onMap={(from, to) => withOptions({ dataSources: { ...plan.options.dataSources, [from]: to } })}
        />
      )}
      {plan.users !== undefined && <Users users={plan.users} busy={replan.isPending} onReplace={replace} />}
      {plan.options.to !== undefined && plan.undoes === undefined && <SaveMapping options={plan.options} />}
      {plan.options.to !== undefined && apply}
      <OneDifference difference={one} />
      <PlanItems plan={plan} />
    </Stack>
  );
}

/** While a plan is computed: how far that is. The service gives it up when nobody looks at this page. */
function Planning({ plan }: { plan: RestorePlan }) {
  if (useContext(OutageContext) !== undefined) {
    return null;
  }
  return (
    <WaitCard
      title={planningText(plan.options)}
      text={t('restore.planningText', 'This only reads from Grafana. With many resources, it takes a moment.')}
      progress={plan.progress}
      action={
        <LinkButton
          size="sm"
          variant="secondary"
          icon="times"
          href={plan.undoes === undefined ? formOf(plan) : routes.run(plan.undoes)}
        >
          {t('progress.cancel', 'Cancel')}
        </LinkButton>
      }
    />
  );
}
