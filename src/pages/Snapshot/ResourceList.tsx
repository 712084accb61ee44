import { Badge, Stack, Text } from '@grafana/ui';
import { useMemo } from 'react';
import { KIND_NAMES, type KindName } from '../../../pkg/contract/kinds.ts';
import type { ManifestEntry } from '../../../pkg/contract/manifest.ts';
import { FilterRow } from '../../components/FilterRow.tsx';
import { MultiFilter } from '../../components/MultiFilter.tsx';
import { ResourceName } from '../../components/ResourceName.tsx';
import { VirtualTable, type Column } from '../../components/VirtualTable.tsx';
import { useResources } from '../../data/useSnapshots.ts';
import { formatBytes } from '../../lib/format.ts';
import { plural, t } from '../../lib/i18n.ts';
import { kindLabel } from '../../lib/kinds.ts';
import { resourceParameter } from '../../lib/routes.ts';
import { useUrlState } from '../../lib/useUrlState.ts';

interface Props {
  snapshot: string;
  content: Partial<Record<KindName, number>>;
}

/** What the snapshot holds, narrowed by folder, kind and search; a click opens one. */
export function ResourceList({ snapshot, content }: Props) {
  const [read, change] = useUrlState();
  const [org, under] = splitFolder(read('folder'));
  const list = useResources(snapshot, {
    kind: read('kind') || undefined,
    search: read('q') || undefined,
    org,
    under,
  });
  const columns = useMemo(() => makeColumns((entry) => change({ resource: resourceParameter(entry) })), [change]);
  const kinds = KIND_NAMES.filter((kind) => (content[kind] ?? 0) > 0);
  return (
    <Stack direction="column" gap={2} minWidth={0}>
      <FilterRow
        search={read('q')}
        onSearch={(q) => change({ q })}
        placeholder={t('snapshot.search', 'Search titles, uids and folders')}
      >
        <MultiFilter
          label={t('snapshot.kinds', 'Kinds')}
          value={read('kind')}
          width={34}
          options={kinds.map((kind) => ({ value: kind, label: kindLabel(kind) }))}
          onChange={(kind) => change({ kind })}
        />
      </FilterRow>
      <Text color="secondary" variant="bodySmall">
        <span role="status">
          {list.isPending ? ' ' : plural('snapshot.count', list.total, '{{number}} resource', '{{number}} resources')}
        </span>
      </Text>
      <VirtualTable
        label={t('snapshot.resources', 'Resources')}
        list={list}
        columns={columns}
        rowKey={resourceParameter}
        selectedKey={read('resource')}
        empty={t('snapshot.noResources', 'Nothing here matches')}
      />
    </Stack>
  );
}

/** `org/uid` of the tree; the uid may hold slashes. */
export function splitFolder(id: string): [org: number | undefined, uid: string | undefined] {
  const slash = id.indexOf('/');
  return slash < 0 ? [undefined, undefined] : [Number(id.slice(0, slash)), id.slice(slash + 1) || undefined];
}

function makeColumns(onOpen: (entry: ManifestEntry) => void): Column<ManifestEntry>[] {
  return [
    {
      id: 'title',
      header: t('column.title', 'Title'),
      width: 'minmax(0, 2fr)',
      cell: (entry) => (
        <ResourceName resource={entry} onOpen={() => onOpen(entry)}>
          {entry.managedBy && (
            <Badge
              color="blue"
              text={entry.managedBy.manager}
              tooltip={t('snapshot.managed', 'Kept by something outside')}
            />
          )}
        </ResourceName>
      ),
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
    {
      id: 'size',
      header: t('column.size', 'Size'),
      width: '90px',
      align: 'right',
      hideBelow: 'xl',
      cell: (entry) => formatBytes(entry.bytes),
    },
  ];
}
