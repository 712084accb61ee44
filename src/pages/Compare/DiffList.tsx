import { Button, EmptyState, Stack, Text } from '@grafana/ui';
import { useMemo } from 'react';
import type { DiffEntry } from '../../../pkg/contract/api/diff.ts';
import { KIND_NAMES } from '../../../pkg/contract/kinds.ts';
import { folderColumn, kindColumn, titleColumn, TwoLines } from '../../components/lists/columns.tsx';
import { FilteredList } from '../../components/lists/FilteredList.tsx';
import { MultiFilter } from '../../components/lists/MultiFilter.tsx';
import { WaitCard } from '../../components/WaitCard.tsx';
import { ServiceNotice } from '../../components/problems/ServiceNotice.tsx';
import { Problems } from '../../components/problems/Problems.tsx';
import { RestoreButton } from '../../components/resources/RestoreButton.tsx';
import type { Column } from '../../components/lists/VirtualTable.tsx';
import { useDiff, type DiffFilters, useRefreshLive } from '../../data/useDiff.ts';
import { resourcesText } from '../../lib/resources/count.ts';
import { plural, t } from '../../lib/i18n.ts';
import { kindLabel } from '../../lib/kinds.ts';
import { whoAndWhen, whoWhen } from '../../lib/resources/savedBy.ts';
import { refOf, resourceParameter } from '../../lib/routes.ts';
import { useSelection } from '../../hooks/useSelection.ts';
import { useUrlState } from '../../hooks/useUrlState.ts';
import { ChangeBadge } from '../../components/ChangeBadge.tsx';
import { ChangeCounts } from './ChangeCounts.tsx';
import { RelativeTime } from '../../components/RelativeTime.tsx';

/** What the list is limited to, by the URL. */
export function filtersOf(read: (name: string) => string): DiffFilters {
  return { change: read('change') || undefined, kind: read('kind') || undefined, search: read('q') || undefined };
}

const keyOf = (entry: DiffEntry) => `${entry.change} ${resourceParameter(entry)}`;

/** What differs; ticked rows can be put back as they were on the earlier side. */
export function DiffList({ from, to }: { from: string; to: string }) {
  const { read, change } = useUrlState();
  const list = useDiff(from, to, filtersOf(read));
  const columns = useMemo(() => makeColumns((entry) => change({ resource: resourceParameter(entry) })), [change]);
  const selection = useSelection(keyOf);
  const { chosen } = selection;
  const counts = list.first?.counts;
  const permissions = list.first?.permissions?.total ?? 0;
  const filtered = read('change') + read('kind') + read('q') !== '';
  const { reading } = list.first ?? {};
  const soFar =
    reading &&
    t('compare.readingText', 'The list shows the differences found so far. Not read yet: {{kinds}}.', {
      kinds: reading.pending.map(kindLabel).join(', '),
    });
  // One that goes on, or stopped halfway, has found nothing yet, which is not the same as no differences.
  const isUnfinished = reading !== undefined;
  const isEmpty = counts !== undefined && counts.added + counts.changed + counts.removed === 0;
  const nothing = !isUnfinished && isEmpty;
  const errors = list.first?.errors ?? [];
  const isForeign = list.first?.foreign.includes('from') === true;
  return (
    <Stack direction="column" gap={2}>
      {reading !== undefined && list.refreshError === null && (
        <WaitCard
          title={t('compare.reading', 'Comparing with Grafana now')}
          text={soFar}
          progress={reading.progress}
          action={
            <Button size="sm" variant="secondary" icon="times" onClick={() => change({ to: undefined })}>
              {t('progress.cancel', 'Cancel')}
            </Button>
          }
        />
      )}
      {list.refreshError !== null && (
        <>
          <ServiceNotice error={list.refreshError} />
          {soFar !== undefined && <Text element="p">{soFar}</Text>}
        </>
      )}
      {list.first?.read !== undefined && !isUnfinished && <LiveRead from={from} time={list.first.read} />}
      {errors.length > 0 && (
        <Problems
          problems={errors}
          title={plural(
            'compare.errors',
            errors.length,
            '{{number}} resource could not be compared',
            '{{number}} resources could not be compared',
          )}
          label={t('compare.errorList', 'Resources that could not be compared')}
        />
      )}
      {nothing && !filtered ? (
        <EmptyState variant="completed" message={t('compare.equal', 'No differences')} role="status" />
      ) : (
        <>
          {list.first && !(isUnfinished && isEmpty) && (
            <ChangeCounts page={list.first} active={read('change')} onChoose={(one) => change({ change: one })} />
          )}
          <FilteredList
            label={t('compare.list', 'Differences')}
            list={list}
            columns={columns}
            rowKey={keyOf}
            ticking={{
              selection,
              nameOf: (entry) => `${entry.title || entry.uid}, ${kindLabel(entry.kind)}`,
              // What was added is not on the earlier side, so it can't come from there.
              canChoose: (entry) => entry.change !== 'added' && !isForeign,
            }}
            empty={
              isUnfinished
                ? t('compare.noneYet', 'No differences found yet')
                : t('compare.noMatch', 'No differences match')
            }
            search={t('snapshot.search', 'Search titles, UIDs and folders')}
            count={(total) => (isEmpty && isUnfinished ? '' : resourcesText(total - permissions, permissions))}
            actions={
              <RestoreButton
                size="sm"
                request={{
                  snapshot: from,
                  selection: { type: 'resources', resources: chosen.map(refOf) },
                  options: { overwrite: chosen.some((entry) => entry.change === 'changed') },
                }}
              >
                {t('compare.restoreChosen', 'Restore the selected resources')}
              </RestoreButton>
            }
          >
            <MultiFilter
              label={t('snapshot.kinds', 'Kinds')}
              value={read('kind')}
              width={34}
              options={KIND_NAMES.map((kind) => ({ value: kind, label: kindLabel(kind) }))}
              onChange={(kind) => change({ kind })}
            />
          </FilteredList>
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
    titleColumn({ onOpen, narrow: whoAndWhen }),
    kindColumn(),
    folderColumn(),
    {
      id: 'who',
      header: t('column.who', 'Who'),
      width: 'minmax(0, 2fr)',
      hideBelow: 'md',
      cell: (entry) => {
        const [first = '–', second] = whoWhen(entry);
        return <TwoLines first={first} second={second} />;
      },
    },
  ];
}

/** When live was read, and reading it again: it may have changed since. */
function LiveRead({ from, time }: { from: string; time: string }) {
  const refresh = useRefreshLive(from);
  return (
    <>
      <Stack gap={1} alignItems="center" wrap="wrap">
        <Text color="secondary" variant="bodySmall">
          {t('compare.read', 'Current state read')} <RelativeTime time={time} />
        </Text>
        <Button
          size="sm"
          variant="secondary"
          fill="text"
          icon={refresh.isPending ? 'spinner' : 'sync'}
          disabled={refresh.isPending}
          onClick={() => refresh.mutate()}
        >
          {t('compare.readAgain', 'Read again')}
        </Button>
      </Stack>
      {refresh.error !== null && <ServiceNotice error={refresh.error} />}
    </>
  );
}
