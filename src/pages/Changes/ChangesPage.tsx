import { config } from '@grafana/runtime';
import { Button, Combobox, EmptyState, LinkButton, Stack, Text } from '@grafana/ui';
import { useMemo, useState } from 'react';
import { KIND_NAMES, SERVER_KINDS } from '../../../pkg/contract/kinds.ts';
import { AppPage } from '../../components/AppPage.tsx';
import { FilterRow } from '../../components/lists/FilterRow.tsx';
import { MultiFilter } from '../../components/lists/MultiFilter.tsx';
import { IndexedNotice } from '../../components/problems/IndexedNotice.tsx';
import { ServiceNotice } from '../../components/problems/ServiceNotice.tsx';
import { Loading } from '../../components/QueryView.tsx';
import { ResourceDiffDrawer } from '../../components/resources/ResourceDiffDrawer.tsx';
import { useLiveFolders } from '../../data/useLiveFolders.ts';
import { useChanges } from '../../data/lists/useVersions.ts';
import { useUrlState } from '../../hooks/useUrlState.ts';
import { folderOptions } from '../../lib/folderTree.ts';
import { distinctTimes } from '../../lib/format.ts';
import { t } from '../../lib/i18n.ts';
import { kindLabel } from '../../lib/kinds.ts';
import { deletedByUnknown } from '../../lib/resources/savedBy.ts';
import { routes } from '../../lib/routes.ts';
import { ChangeGroup } from './ChangeGroup.tsx';
import { ChangeItem } from './ChangeItem.tsx';
import { changesByBackup, keyOf, refOfChange, type FeedChange } from './feed.ts';

const KINDS = KIND_NAMES.filter((kind) => !SERVER_KINDS.has(kind));

/** What people and scripts changed in Grafana, as the backups show it. */
export function ChangesPage() {
  const { read, change } = useUrlState();
  const filters = {
    kind: read('kind') || undefined,
    folder: read('folder') || undefined,
    person: read('person') || undefined,
  };
  return (
    <AppPage
      pageNav={{ text: t('changes.title', 'Changes'), url: routes.changes() }}
      subTitle={`${t('changes.subtitle', 'Resources created, changed, moved or deleted in Grafana, according to your backups.')} ${deletedByUnknown()}`}
    >
      <Stack direction="column" gap={2}>
        <FilterRow
          search={read('person')}
          onSearch={(person) => change({ person })}
          placeholder={t('changes.person', 'Search by login')}
        >
          <FolderFilter value={read('folder')} onChange={(folder) => change({ folder })} />
          <MultiFilter
            label={t('snapshot.kinds', 'Kinds')}
            value={read('kind')}
            options={KINDS.map((kind) => ({ value: kind, label: kindLabel(kind) }))}
            onChange={(kind) => change({ kind })}
          />
        </FilterRow>
        <Feed filters={filters} />
      </Stack>
    </AppPage>
  );
}

function FolderFilter({ value, onChange }: { value: string; onChange: (uid: string | undefined) => void }) {
  const folders = useLiveFolders(config.bootData.user.orgId);
  const options = useMemo(() => {
    const known = folderOptions(folders.data ?? []).map(({ uid, path }) => ({ value: uid, label: path }));
    // The folder in the address may have been deleted.
    return value === '' || known.some((one) => one.value === value) ? known : [{ value, label: value }, ...known];
  }, [folders.data, value]);
  const label = t('changes.folder', 'Folder');
  return (
    <div>
      <label htmlFor="changes-folder" className="sr-only">
        {label}
      </label>
      <Combobox
        id="changes-folder"
        width={26}
        placeholder={label}
        options={options}
        value={value === '' ? null : value}
        loading={folders.isLoading}
        isClearable
        onChange={(option: { value: string } | null) => onChange(option?.value)}
      />
    </div>
  );
}

function Feed({ filters }: { filters: Parameters<typeof useChanges>[0] }) {
  const list = useChanges(filters);
  const [compared, setCompared] = useState<FeedChange>();
  const { first, items, error, isPending } = list;
  const groups = useMemo(() => changesByBackup(items), [items]);
  if (error !== null) {
    return <ServiceNotice error={error} onRetry={list.refetch} />;
  }
  if (first === undefined || isPending) {
    return <Loading />;
  }
  const timeText = distinctTimes(groups.map(({ time }) => time));
  const before = compared?.snapshots.before;
  return (
    <>
      <IndexedNotice indexed={first.indexed} />
      {items.length === 0 ? (
        <Nothing isFiltered={Object.values(filters).some(Boolean)} />
      ) : (
        groups.map(({ snapshot, time, rows }) => (
          <section key={snapshot} aria-labelledby={`dashkeep-${snapshot}`}>
            <Text element="h2" variant="h5" id={`dashkeep-${snapshot}`}>
              {t('changes.snapshot', 'Snapshot of {{time}}', { time: timeText(time) })}
            </Text>
            <Stack direction="column" gap={0}>
              {rows.map(({ group, changes }) => {
                const items = changes.map((one) => (
                  <ChangeItem key={keyOf(one)} change={one} onCompare={() => setCompared(one)} />
                ));
                return group === undefined ? (
                  items
                ) : (
                  <ChangeGroup key={group} changes={changes}>
                    {items}
                  </ChangeGroup>
                );
              })}
            </Stack>
          </section>
        ))
      )}
      {list.hasMore && (
        <div>
          <Button variant="secondary" onClick={list.loadMore}>
            {t('changes.more', 'Show earlier changes')}
          </Button>
        </div>
      )}
      {compared !== undefined && before !== undefined && (
        <ResourceDiffDrawer
          from={before}
          to={compared.snapshots.first}
          resource={refOfChange(compared)}
          onClose={() => setCompared(undefined)}
        />
      )}
    </>
  );
}

function Nothing({ isFiltered }: { isFiltered: boolean }) {
  return isFiltered ? (
    <EmptyState variant="not-found" message={t('changes.noMatch', 'No matching changes')} role="status" />
  ) : (
    <EmptyState
      variant="completed"
      message={t('changes.empty', 'No changes yet')}
      role="status"
      button={
        <LinkButton icon="code-branch" href={routes.compareNow('latest')}>
          {t('snapshot.compareLive', 'Compare with Grafana now')}
        </LinkButton>
      }
    >
      {t('changes.emptyText', 'Changes since the last backup appear here after the next one.')}
    </EmptyState>
  );
}
