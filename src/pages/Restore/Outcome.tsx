import { Alert, LinkButton, Stack, Text, type BadgeColor } from '@grafana/ui';
import { useMemo } from 'react';
import type { RestorePlan } from '../../../pkg/contract/api/restores.ts';
import type { Run } from '../../../pkg/contract/api/runs.ts';
import type { ApplyOutcome, ApplyResult } from '../../../pkg/contract/plan.ts';
import { LabelBadge } from '../../components/LabelBadge.tsx';
import { kindColumn, titleColumn } from '../../components/columns.tsx';
import { FilteredList } from '../../components/FilteredList.tsx';
import { MultiFilter } from '../../components/MultiFilter.tsx';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import type { Column } from '../../components/VirtualTable.tsx';
import { SecurityList } from '../../components/SecurityList.tsx';
import { useRestoreResults } from '../../data/useRestores.ts';
import { formatNumber } from '../../lib/format.ts';
import { plural, t } from '../../lib/i18n.ts';
import { reasonText } from '../../lib/reasons/reasons.ts';
import { resourceParameter, routes } from '../../lib/routes.ts';
import { useUrlState } from '../../lib/useUrlState.ts';
import { UndoButton } from '../Run/UndoButton.tsx';

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
    skipped: t('outcome.skipped', 'Left alone'),
  };
  return labels[outcome];
}

/** What undoing has brought back as it was before the restore, and what it has removed. */
function undoneTitle(back: number, removed: number): string {
  const parts = [
    ...(back > 0
      ? [plural('outcome.undoneBack', back, '{{number}} resource put back', '{{number}} resources put back')]
      : []),
    ...(removed > 0
      ? [plural('outcome.undoneRemoved', removed, '{{number}} resource removed', '{{number}} resources removed')]
      : []),
  ];
  return parts.length === 0
    ? t('outcome.undoneNothing', 'Undone: nothing had to be changed')
    : t('outcome.undone', 'Undone: {{what}}', { what: parts.join(', ') });
}

function titleOf(back: number, deleted: number): string {
  const parts = [
    ...(back > 0 || deleted === 0
      ? [plural('outcome.title', back, '{{number}} resource is back', '{{number}} resources are back')]
      : []),
    ...(deleted > 0
      ? [plural('outcome.deletedTitle', deleted, '{{number}} resource is deleted', '{{number}} resources are deleted')]
      : []),
  ];
  return parts.join(' · ');
}

/** How a restore ended: read back and compared, resource by resource, and the way to undo it. */
export function Outcome({ plan, run }: { plan: RestorePlan; run: Run | undefined }) {
  const { read, change } = useUrlState();
  const list = useRestoreResults(plan.id, { outcome: read('outcome') || undefined, search: read('q') || undefined });
  const columns = useMemo(() => makeColumns(), []);
  const outcomes = plan.outcomes ?? {};
  const verified = outcomes.verified ?? 0;
  const wrong = (outcomes.differs ?? 0) + (outcomes.failed ?? 0);
  const undoing = plan.undoes !== undefined;
  const isEmpty = Object.keys(outcomes).length === 0;
  const text =
    wrong === 0
      ? undoing
        ? t(
            'outcome.undoneText',
            'Each was read back from Grafana and compared with what was there before the restore.',
          )
        : t('outcome.text', 'Each was read back from Grafana and compared with the backup.')
      : plural(
          'outcome.wrong',
          wrong,
          '{{number}} is not as in the backup; see below why.',
          '{{number}} are not as in the backup; see below why.',
        );
  return (
    <Stack direction="column" gap={3}>
      {plan.state !== 'failed' ? (
        <Alert
          severity={wrong === 0 ? 'success' : 'warning'}
          bottomSpacing={0}
          title={(undoing ? undoneTitle : titleOf)(verified, outcomes.deleted ?? 0)}
        >
          {text}
        </Alert>
      ) : run?.status === 'cancelled' ? (
        <Alert severity="info" bottomSpacing={0} title={t('outcome.cancelled', 'It was cancelled')}>
          {isEmpty
            ? t('outcome.cancelledBefore', 'Nothing was changed.')
            : t('outcome.cancelledMeanwhile', 'What is listed here had been done by then.')}
        </Alert>
      ) : run?.failure === undefined ? (
        <Alert
          severity="error"
          bottomSpacing={0}
          title={
            undoing ? t('plan.undoFailed', 'Undoing did not finish') : t('plan.failed', 'The restore did not finish')
          }
        />
      ) : (
        <ProblemAlert severity="error" problem={run.failure} />
      )}
      {run?.security !== undefined && (
        <Alert
          severity="info"
          bottomSpacing={0}
          title={t('outcome.security', 'What was confirmed to change who sees or receives what')}
        >
          <SecurityList resources={run.security} />
        </Alert>
      )}
      <Stack gap={1} wrap="wrap">
        {run?.undoable && <UndoButton run={run.id} />}
        {plan.safetySnapshot !== undefined && (
          <LinkButton variant="secondary" fill="text" icon="shield" href={routes.snapshot(plan.safetySnapshot)}>
            {t('outcome.safety', 'The snapshot made before')}
          </LinkButton>
        )}
      </Stack>
      {!(plan.state === 'failed' && isEmpty) && (
        <FilteredList
          label={t('outcome.list', 'Results')}
          list={list}
          columns={columns}
          rowKey={resourceParameter}
          empty={t('outcome.none', 'No result matches')}
          search={t('outcome.search', 'Search titles and uids')}
          count={(total) => plural('snapshot.count', total, '{{number}} resource', '{{number}} resources')}
        >
          <MultiFilter
            label={t('column.outcome', 'Result')}
            value={read('outcome')}
            options={OUTCOMES.filter((outcome) => (outcomes[outcome] ?? 0) > 0).map((outcome) => ({
              value: outcome,
              label: `${outcomeLabel(outcome)} (${formatNumber(outcomes[outcome] ?? 0)})`,
            }))}
            onChange={(outcome) => change({ outcome })}
          />
        </FilteredList>
      )}
    </Stack>
  );
}

function makeColumns(): Column<ApplyResult>[] {
  return [
    {
      id: 'outcome',
      header: t('column.outcome', 'Result'),
      width: '110px',
      cell: (result) => <LabelBadge color={COLORS[result.outcome]} text={outcomeLabel(result.outcome)} />,
    },
    titleColumn(),
    kindColumn(),
    {
      id: 'reason',
      header: t('column.reason', 'Why'),
      width: 'minmax(0, 2fr)',
      hideBelow: 'md',
      cell: (result) => (
        <Text color="secondary" truncate>
          <span title={reasonText(result)}>{reasonText(result) || '–'}</span>
        </Text>
      ),
    },
  ];
}
