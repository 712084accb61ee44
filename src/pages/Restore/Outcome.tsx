import '../../lib/catalogue/restoreReasons.ts';
import { Alert, Button, LinkButton, Stack, Text, type BadgeColor } from '@grafana/ui';
import { useMemo } from 'react';
import type { RestorePlan } from '../../../pkg/contract/api/restores.ts';
import type { Run } from '../../../pkg/contract/api/runs.ts';
import type { ApplyOutcome, ApplyResult } from '../../../pkg/contract/plan.ts';
import { LabelBadge } from '../../components/LabelBadge.tsx';
import { kindColumn, titleColumn } from '../../components/lists/columns.tsx';
import { FilteredList } from '../../components/lists/FilteredList.tsx';
import { MultiFilter } from '../../components/lists/MultiFilter.tsx';
import { Problems } from '../../components/problems/Problems.tsx';
import { TargetLinkAfter } from '../../components/problems/TargetLink.tsx';
import { ProblemAlert } from '../../components/problems/ProblemAlert.tsx';
import type { Column } from '../../components/lists/VirtualTable.tsx';
import { OpenInGrafana } from '../../components/resources/OpenInGrafana.tsx';
import { SecurityList } from '../../components/resources/SecurityList.tsx';
import { usePlanItems, useRestoreResults } from '../../data/lists/useRestoreLists.ts';
import { resourcesText } from '../../lib/resources/count.ts';
import { formatNumber } from '../../lib/format.ts';
import { plural, t } from '../../lib/i18n.ts';
import { lossTexts, reasonText, warningTexts, withStop } from '../../lib/catalogue/reasons.ts';
import { resourceParameter, routes } from '../../lib/routes.ts';
import { problemTexts } from '../../lib/runs/problems.ts';
import { useUrlState } from '../../hooks/useUrlState.ts';
import { Conflicts } from './plan/Conflicts.tsx';
import { skippedText, titleOf as planTitle } from './plan/title.ts';
import { FieldDifferences } from './FieldDifferences.tsx';
import { AccountsFirst } from '../Run/AccountsFirst.tsx';
import { FinishButton } from '../Run/FinishButton.tsx';
import { NotUndoable, UndoButton } from '../Run/UndoButton.tsx';

const COLORS: Record<ApplyOutcome, BadgeColor> = {
  verified: 'green',
  differs: 'orange',
  failed: 'red',
  deleted: 'darkgrey',
  skipped: 'darkgrey',
};

const OUTCOMES = ['failed', 'differs', 'verified', 'deleted', 'skipped'] as const;

function outcomeLabel(outcome: ApplyOutcome): string {
  const labels: Record<ApplyOutcome, string> = {
    verified: t('outcome.verified', 'Verified'),
    differs: t('outcome.differs', 'Differs'),
    failed: t('outcome.failed', 'Failed'),
    deleted: t('outcome.deleted', 'Deleted'),
    skipped: t('outcome.skipped', 'Skipped'),
  };
  return labels[outcome];
}

/** To how many resources the same happened. */
type Part = { count: number; resources: string };

/** What undoing has brought back as it was before the restore, and what it has removed. */
function undoneTitle(back: Part, removed: Part, skipped: number): string {
  const parts = [
    ...(back.count > 0 ? [t('outcome.undoneBack', 'changes to {{resources}}', back)] : []),
    ...(removed.count > 0
      ? [plural('outcome.undoneRemoved', removed.count, '{{resources}} removed', '{{resources}} removed', removed)]
      : []),
    ...(skipped > 0 ? [skippedText(skipped)] : []),
  ];
  return parts.length === 0
    ? t('outcome.undoneNothing', 'Undone: no changes were needed')
    : t('outcome.undone', 'Undone: {{what}}', { what: parts.join(', ') });
}

function titleOf(back: Part, deleted: Part, skipped: number, isSent: boolean): string {
  const parts = [
    ...(back.count > 0 || deleted.count === 0
      ? [
          isSent
            ? plural('send.done', back.count, '{{resources}} sent', '{{resources}} sent', back)
            : plural('outcome.title', back.count, '{{resources}} restored', '{{resources}} restored', back),
        ]
      : []),
    ...(deleted.count > 0
      ? [plural('outcome.deletedTitle', deleted.count, '{{resources}} deleted', '{{resources}} deleted', deleted)]
      : []),
    ...(skipped > 0 ? [skippedText(skipped)] : []),
  ];
  return parts.join(' · ');
}

/** What failed and what differs, each by its name. */
function wrongText(failed: number, differs: number): string {
  const parts = [...problemTexts(failed, differs), t('outcome.reasons', 'The reasons are below.')];
  return parts.map(withStop).join(' ');
}

/** Why, and what the resource still lacks. */
function reasonAndLosses(result: ApplyResult): string {
  return [reasonText(result), ...lossTexts(result)].filter((text) => text !== '').join(' · ');
}

/** How a restore ended: read back and compared, resource by resource, and the way to undo it. */
export function Outcome({ plan, run }: { plan: RestorePlan; run: Run | undefined }) {
  const { read, change } = useUrlState();
  const list = useRestoreResults(plan.id, { outcome: read('outcome') || undefined, search: read('q') || undefined });
  const followers = list.first?.permissions ?? 0;
  const to = plan.options.to?.connection;
  const columns = useMemo(() => makeColumns(to === undefined), [to]);
  const { outcomes = {}, permissionOutcomes: follow = {}, permissions = {} } = plan;
  const own = (outcome: ApplyOutcome) => (outcomes[outcome] ?? 0) - (follow[outcome] ?? 0);
  const part = (outcome: ApplyOutcome) => ({
    count: own(outcome),
    resources: resourcesText(own(outcome), follow[outcome]),
  });
  const [verified, deleted] = [part('verified'), part('deleted')];
  const wrong = (outcomes.differs ?? 0) + (outcomes.failed ?? 0);
  const planned = (plan.counts.skip ?? 0) + (plan.counts.blocked ?? 0);
  const skipped = planned - (permissions.skip ?? 0) - (permissions.blocked ?? 0) + own('skipped');
  const undoing = plan.undoes !== undefined;
  // The problems of an undo include what is blocked.
  const left = usePlanItems(plan.id, { action: undoing ? 'skip' : 'skip,blocked' }, planned > 0);
  const isEmpty = Object.keys(outcomes).length === 0;
  const text =
    wrong === 0
      ? undoing
        ? t('outcome.undoneText', 'Dashkeep read each resource back and compared it with its previous state.')
        : t('outcome.text', 'Dashkeep read each resource back and compared it with the snapshot.')
      : wrongText(outcomes.failed ?? 0, outcomes.differs ?? 0);
  return (
    <Stack direction="column" gap={3}>
      {plan.state !== 'failed' ? (
        <Alert
          severity={wrong > 0 ? 'warning' : skipped > 0 ? 'info' : 'success'}
          bottomSpacing={0}
          title={
            undoing
              ? wrong === 0
                ? undoneTitle(verified, deleted, skipped)
                : planTitle(plan)
              : titleOf(verified, deleted, skipped, to !== undefined)
          }
        >
          {text}
          {plan.losing > 0 && ` ${t('outcome.lacking', 'Some resources are incomplete: see the reasons.')}`}
        </Alert>
      ) : run?.status === 'cancelled' ? (
        <Alert severity="info" bottomSpacing={0} title={t('outcome.cancelled', 'Cancelled')}>
          {isEmpty
            ? t('outcome.cancelledBefore', 'Nothing was changed.')
            : t('outcome.cancelledMeanwhile', 'The list shows the changes made before that.')}
        </Alert>
      ) : run?.failure === undefined ? (
        <Alert severity="error" bottomSpacing={0} title={planTitle(plan)} />
      ) : (
        <ProblemAlert severity="error" problem={run.failure}>
          {run.planned === undefined && <span>{t('cutShort.nothing', 'Nothing was written to Grafana.')}</span>}
          <TargetLinkAfter code={run.failure.code} />
        </ProblemAlert>
      )}
      {run?.security !== undefined && (
        <Alert
          severity="info"
          bottomSpacing={0}
          title={t('outcome.security', 'Confirmed changes to access or data destinations')}
        >
          <SecurityList resources={run.security} />
        </Alert>
      )}
      {warningTexts(plan)
        .filter((_, at) => plan.warned?.[at]?.code === 'only-this-org')
        .map((text) => (
          <Alert key={text} severity="info" bottomSpacing={0} title={text} />
        ))}
      {plan.undoes === undefined && <Conflicts plan={plan} />}
      {run && <NotUndoable run={run} />}
      {run && <AccountsFirst run={run} />}
      <Stack gap={1} wrap="wrap">
        {run?.status === 'partial' && <FinishButton run={run} />}
        {run?.undoable && <UndoButton run={run} />}
        {plan.safetySnapshot !== undefined && to === undefined && !run?.snapshotGone && (
          <LinkButton variant="secondary" fill="text" icon="shield" href={routes.snapshot(plan.safetySnapshot)}>
            {t('outcome.safety', 'Safety snapshot')}
          </LinkButton>
        )}
      </Stack>
      {run?.status === 'partial' && run.errors.length > 0 && (
        <Problems problems={run.errors} label={t('run.problemList', 'Resources and reasons')} />
      )}
      {left.items.length > 0 && (
        <section aria-labelledby="dashkeep-skipped">
          <Text element="h2" variant="h4" id="dashkeep-skipped">
            {t('outcome.skippedList', 'Skipped resources')}
          </Text>
          <Problems problems={left.items} label={t('outcome.skippedList', 'Skipped resources')} />
          {left.hasMore && (
            <Button variant="secondary" fill="text" onClick={left.loadMore}>
              {t('security.more', 'Show more')}
            </Button>
          )}
        </section>
      )}
      {!(plan.state === 'failed' && isEmpty) && (
        <FilteredList
          label={t('outcome.list', 'Results')}
          list={list}
          columns={columns}
          rowKey={resourceParameter}
          empty={t('outcome.none', 'No results match')}
          search={t('outcome.search', 'Search titles and UIDs')}
          count={(total) => resourcesText(total - followers, followers)}
        >
          <MultiFilter
            label={t('column.outcome', 'Result')}
            value={read('outcome')}
            options={OUTCOMES.filter((outcome) => (outcomes[outcome] ?? 0) > 0).map((outcome) => ({
              value: outcome,
              label: `${outcomeLabel(outcome)} (${formatNumber(own(outcome))})`,
            }))}
            onChange={(outcome) => change({ outcome })}
          />
        </FilteredList>
      )}
    </Stack>
  );
}

function makeColumns(isHere: boolean): Column<ApplyResult>[] {
  return [
    {
      id: 'outcome',
      header: t('column.outcome', 'Result'),
      width: '110px',
      cell: (result) => <LabelBadge color={COLORS[result.outcome]} text={outcomeLabel(result.outcome)} />,
    },
    titleColumn<ApplyResult>({
      narrow: reasonAndLosses,
      extra: (result) => (
        <>
          {isHere && result.found && <OpenInGrafana kind={result.kind} {...result.found} />}
          <FieldDifferences {...result} />
        </>
      ),
    }),
    kindColumn(),
    {
      id: 'reason',
      header: t('column.reason', 'Reason'),
      width: 'minmax(0, 2fr)',
      hideBelow: 'md',
      cell: (result) => (
        <Text color="secondary" truncate>
          <span title={reasonAndLosses(result)}>{reasonAndLosses(result) || '–'}</span>
        </Text>
      ),
    },
  ];
}
