import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Alert, EmptyState, Stack, useStyles2 } from '@grafana/ui';
import { useMemo } from 'react';
import type { Change, DiffEntry } from '../../../pkg/contract/api/diff.ts';
import { KIND_NAMES } from '../../../pkg/contract/kinds.ts';
import { FilterRow } from '../../components/FilterRow.tsx';
import { MultiFilter } from '../../components/MultiFilter.tsx';
import { Problems } from '../../components/Problems.tsx';
import { ResourceName } from '../../components/ResourceName.tsx';
import { VirtualTable, type Column } from '../../components/VirtualTable.tsx';
import { useDiff } from '../../data/useDiff.ts';
import { formatNumber } from '../../lib/format.ts';
import { plural, t } from '../../lib/i18n.ts';
import { kindLabel } from '../../lib/kinds.ts';
import { resourceParameter } from '../../lib/routes.ts';
import { useUrlState } from '../../lib/useUrlState.ts';
import { ChangeBadge, changeLabel } from './ChangeBadge.tsx';

const CHANGES: Change[] = ['added', 'changed', 'removed'];

/** What differs, with how much of each; pressing a count shows only those. */
export function DiffList({ from, to }: { from: string; to: string }) {
  const styles = useStyles2(getStyles);
  const [read, change] = useUrlState();
  const list = useDiff(from, to, {
    change: read('change') || undefined,
    kind: read('kind') || undefined,
    search: read('q') || undefined,
  });
  const columns = useMemo(() => makeColumns((entry) => change({ resource: resourceParameter(entry) })), [change]);
  const counts = list.first?.counts;
  const filtered = read('change') + read('kind') + read('q') !== '';
  const nothing = counts !== undefined && counts.added + counts.changed + counts.removed === 0;
  const errors = list.first?.errors ?? [];
  return (
    <Stack direction="column" gap={2}>
      {errors.length > 0 && (
        <section>
          <Alert
            severity="warning"
            title={plural(
              'compare.errors',
              errors.length,
              '{{number}} resource could not be compared',
              '{{number}} resources could not be compared',
            )}
          />
          <Problems problems={errors} label={t('compare.errorList', 'What could not be compared')} />
        </section>
      )}
      {nothing && !filtered ? (
        <EmptyState variant="completed" message={t('compare.equal', 'Nothing differs')} role="status" />
      ) : (
        <>
          {counts && (
            <div className={styles.counts} role="group" aria-label={t('compare.counts', 'Show only')}>
              {CHANGES.map((one) => {
                const active = read('change') === one;
                return (
                  <button
                    key={one}
                    type="button"
                    aria-pressed={active}
                    className={cx(styles.count, active && styles.active)}
                    onClick={() => change({ change: active ? undefined : one })}
                  >
                    <span className={styles.number}>{formatNumber(counts[one])}</span>
                    {changeLabel(one)}
                  </button>
                );
              })}
            </div>
          )}
          <FilterRow
            search={read('q')}
            onSearch={(q) => change({ q })}
            placeholder={t('snapshot.search', 'Search titles, uids and folders')}
          >
            <MultiFilter
              label={t('snapshot.kinds', 'Kinds')}
              value={read('kind')}
              width={34}
              options={KIND_NAMES.map((kind) => ({ value: kind, label: kindLabel(kind) }))}
              onChange={(kind) => change({ kind })}
            />
          </FilterRow>
          <VirtualTable
            label={t('compare.list', 'Differences')}
            list={list}
            columns={columns}
            rowKey={(entry) => `${entry.change} ${resourceParameter(entry)}`}
            empty={t('compare.noMatch', 'No difference matches')}
          />
        </>
      )}
    </Stack>
  );
}

function makeColumns(onOpen: (entry: DiffEntry) => void): Column<DiffEntry>[] {
  return [
    {
      id: 'change',
      header: t('column.change', 'Change'),
      width: '110px',
      cell: (entry) => <ChangeBadge change={entry.change} />,
    },
    {
      id: 'title',
      header: t('column.title', 'Title'),
      width: 'minmax(0, 2fr)',
      cell: (entry) => <ResourceName resource={entry} onOpen={() => onOpen(entry)} />,
    },
    {
      id: 'kind',
      header: t('column.kind', 'Kind'),
      width: 'minmax(0, 1fr)',
      hideBelow: 'md',
      cell: (entry) => kindLabel(entry.kind),
    },
    {
      id: 'folder',
      header: t('column.folder', 'Folder'),
      width: 'minmax(0, 1fr)',
      hideBelow: 'md',
      cell: (entry) => <span title={entry.folder}>{entry.folder || '–'}</span>,
    },
  ];
}

const getStyles = (theme: GrafanaTheme2) => ({
  counts: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(1) }),
  count: css({
    display: 'flex',
    alignItems: 'baseline',
    gap: theme.spacing(1),
    padding: theme.spacing(1, 2),
    color: theme.colors.text.secondary,
    background: theme.colors.background.secondary,
    border: `1px solid ${theme.colors.border.weak}`,
    borderRadius: theme.shape.radius.default,
    cursor: 'pointer',
    '&:hover': { background: theme.colors.action.hover },
  }),
  active: css({ borderColor: theme.colors.primary.border, color: theme.colors.text.primary }),
  number: css({
    color: theme.colors.text.primary,
    fontSize: theme.typography.h4.fontSize,
    fontFeatureSettings: '"tnum"',
  }),
});
