import { Alert, Badge, LinkButton, Stack, Text, type BadgeColor } from '@grafana/ui';
import { useMemo } from 'react';
import type { RestorePlan } from '../../../pkg/contract/api/restores.ts';
import type { Run } from '../../../pkg/contract/api/runs.ts';
import type { ApplyOutcome, ApplyResult } from '../../../pkg/contract/plan.ts';
import { FilterRow } from '../../components/FilterRow.tsx';
import { ResourceName } from '../../components/ResourceName.tsx';
import { VirtualTable, type Column } from '../../components/VirtualTable.tsx';
import { useRestoreResults } from '../../data/useRestores.ts';
import { plural, t } from '../../lib/i18n.ts';
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

/** How a restore ended: read back and compared, resource by resource, and the way to undo it. */
export function Outcome({ plan, run }: { plan: RestorePlan; run: Run | undefined }) {
  const [read, change] = useUrlState();
  const list = useRestoreResults(plan.id, { search: read('q') || undefined });
  const columns = useMemo(() => makeColumns(), []);
  const outcomes = plan.outcomes ?? {};
  const verified = outcomes.verified ?? 0;
  const wrong = (outcomes.differs ?? 0) + (outcomes.failed ?? 0);
  const good = plan.state === 'applied' && wrong === 0;
  const text =
    wrong === 0
      ? t('outcome.text', 'Each was read back from Grafana and compared with the backup.')
      : plural(
          'outcome.wrong',
          wrong,
          '{{number}} is not as in the backup; see below why.',
          '{{number}} are not as in the backup; see below why.',
        );
  return (
    <Stack direction="column" gap={3}>
      <Alert
        severity={good ? 'success' : plan.state === 'failed' ? 'error' : 'warning'}
        bottomSpacing={0}
        title={
          plan.state === 'failed'
            ? (run?.failure?.message ?? t('plan.failed', 'The restore did not finish'))
            : plural('outcome.title', verified, '{{number}} resource is back', '{{number}} resources are back')
        }
      >
        {plan.state === 'failed' ? run?.failure?.hint : text}
      </Alert>
      <Stack gap={1} wrap="wrap">
        {run?.undoable && <UndoButton run={run.id} />}
        {plan.safetySnapshot !== undefined && (
          <LinkButton variant="secondary" fill="text" icon="shield" href={routes.snapshot(plan.safetySnapshot)}>
            {t('outcome.safety', 'The snapshot made before')}
          </LinkButton>
        )}
      </Stack>
      <Stack direction="column" gap={2}>
        <FilterRow
          search={read('q')}
          onSearch={(q) => change({ q })}
          placeholder={t('outcome.search', 'Search titles and uids')}
        />
        <VirtualTable
          label={t('outcome.list', 'Results')}
          list={list}
          columns={columns}
          rowKey={(result) => resourceParameter(result)}
          empty={t('outcome.none', 'No result matches')}
        />
      </Stack>
    </Stack>
  );
}

function makeColumns(): Column<ApplyResult>[] {
  return [
    {
      id: 'outcome',
      header: t('column.outcome', 'Result'),
      width: '110px',
      cell: (result) => <Badge color={COLORS[result.outcome]} text={outcomeLabel(result.outcome)} />,
    },
    {
      id: 'title',
      header: t('column.title', 'Title'),
      width: 'minmax(0, 2fr)',
      cell: (result) => <ResourceName resource={result} />,
    },
    {
      id: 'reason',
      header: t('column.reason', 'Why'),
      width: 'minmax(0, 2fr)',
      hideBelow: 'md',
      cell: (result) => (
        <Text color="secondary" truncate>
          {result.reason || '–'}
        </Text>
      ),
    },
  ];
}
