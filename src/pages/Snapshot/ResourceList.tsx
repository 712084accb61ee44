import { Badge } from '@grafana/ui';
import { useMemo } from 'react';
import { KIND_NAMES, type KindName } from '../../../pkg/contract/kinds.ts';
import type { ManifestEntry } from '../../../pkg/contract/manifest.ts';
import { folderColumn, kindColumn, titleColumn } from '../../components/lists/columns.tsx';
import { FilteredList } from '../../components/lists/FilteredList.tsx';
import { MultiFilter } from '../../components/lists/MultiFilter.tsx';
import { RestoreButton } from '../../components/resources/RestoreButton.tsx';
import type { Column } from '../../components/lists/VirtualTable.tsx';
import { useResources } from '../../data/useSnapshots.ts';
import { resourcesText } from '../../lib/resources/count.ts';
import { managerInWords } from '../../lib/catalogue/reasons.ts';
import { splitFolder } from '../../lib/folderTree.ts';
import { formatBytes } from '../../lib/format.ts';
import { t } from '../../lib/i18n.ts';
import { kindLabel } from '../../lib/kinds.ts';
import { refOf, resourceParameter } from '../../lib/routes.ts';
import { useSelection } from '../../hooks/useSelection.ts';
import { useUrlState } from '../../hooks/useUrlState.ts';

interface Props {
  snapshot: string;
  content: Partial<Record<KindName, number>>;
}

/** What the snapshot holds, narrowed by folder, kind and search; a click opens one, ticked ones can be restored. */
export function ResourceList({ snapshot, content }: Props) {
  const { read, change } = useUrlState();
  const [org, under] = splitFolder(read('folder'));
  const list = useResources(snapshot, {
    kind: read('kind') || undefined,
    search: read('q') || undefined,
    org,
    under,
  });
  const columns = useMemo(() => makeColumns((entry) => change({ resource: resourceParameter(entry) })), [change]);
  const selection = useSelection<ManifestEntry>(resourceParameter);
  const kinds = KIND_NAMES.filter((kind) => (content[kind] ?? 0) > 0);
  return (
    <FilteredList
      label={t('snapshot.resources', 'Resources')}
      list={list}
      columns={columns}
      rowKey={resourceParameter}
      selectedKey={read('resource')}
      ticking={{ selection, nameOf: (entry) => `${entry.title || entry.uid}, ${kindLabel(entry.kind)}` }}
      empty={t('snapshot.noResources', 'No resources match')}
      search={t('snapshot.search', 'Search titles, UIDs and folders')}
      count={(total) => resourcesText(total)}
      actions={
        <RestoreButton
          size="sm"
          request={{ snapshot, selection: { type: 'resources', resources: selection.chosen.map(refOf) } }}
        >
          {t('snapshot.restoreChosen', 'Restore selected resources')}
        </RestoreButton>
      }
    >
      <MultiFilter
        label={t('snapshot.kinds', 'Kinds')}
        value={read('kind')}
        width={34}
        options={kinds.map((kind) => ({ value: kind, label: kindLabel(kind) }))}
        onChange={(kind) => change({ kind })}
      />
    </FilteredList>
  );
}

function makeColumns(onOpen: (entry: ManifestEntry) => void): Column<ManifestEntry>[] {
  return [
    titleColumn({
      onOpen,
      extra: ({ managedBy }) =>
        managedBy && (
          <Badge
            color="blue"
            text={t('snapshot.managed', 'Managed by {{manager}}', { manager: managerInWords(managedBy.manager) })}
            tooltip={managedBy.id}
          />
        ),
    }),
    kindColumn(),
    folderColumn(),
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
