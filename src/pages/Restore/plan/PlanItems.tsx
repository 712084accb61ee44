import '../../../lib/catalogue/restoreReasons.ts';
import { Alert, Button, Icon, Text, Tooltip, type BadgeColor, Drawer } from '@grafana/ui';
import { useMemo, useState, type ReactNode } from 'react';
import type { RestorePlan } from '../../../../pkg/contract/api/restores.ts';
import { KIND_NAMES } from '../../../../pkg/contract/kinds.ts';
import type { PlanAction, PlanItem } from '../../../../pkg/contract/plan.ts';
import { folderColumn, kindColumn, titleColumn } from '../../../components/lists/columns.tsx';
import { FilteredList } from '../../../components/lists/FilteredList.tsx';
import { LabelBadge } from '../../../components/LabelBadge.tsx';
import { MultiFilter } from '../../../components/lists/MultiFilter.tsx';
import type { Column } from '../../../components/lists/VirtualTable.tsx';
import { usePlannedChanges } from '../../../data/useRestores.ts';
import { usePlanItems } from '../../../data/lists/useRestoreLists.ts';
import { isConflict } from '../../../../pkg/contract/reasons/restore/plan.ts';
import { resourcesText } from '../../../lib/resources/count.ts';
import { formatNumber } from '../../../lib/format.ts';
import { plural, t } from '../../../lib/i18n.ts';
import { kindLabel } from '../../../lib/kinds.ts';
import { lossTexts, reasonText } from '../../../lib/catalogue/reasons.ts';
import { resourceParameter, refOf } from '../../../lib/routes.ts';
import { comparedBy } from './confirmation.ts';
import { CHANGING, foldedCount } from './folded.ts';
import { useReturnedFocus } from '../../../hooks/useReturnedFocus.ts';
import { useUrlState } from '../../../hooks/useUrlState.ts';
import { OutageNotice } from '../../../components/problems/ServiceNotice.tsx';
import { QueryView } from '../../../components/QueryView.tsx';
import { ReadableChanges } from '../../../components/resources/ReadableChanges.tsx';
import { ResourceDifference } from '../../../components/resources/ResourceDifference.tsx';
import { useResourceDiff } from '../../../data/useDiff.ts';

const ACTIONS: PlanAction[] = [...CHANGING, 'unchanged'];

const COLORS: Record<PlanAction, BadgeColor> = {
  create: 'green',
  update: 'orange',
  delete: 'red',
  unchanged: 'darkgrey',
  skip: 'darkgrey',
  blocked: 'red',
};

function actionLabel(action: PlanAction): string {
  const labels: Record<PlanAction, string> = {
    create: t('action.create', 'Create'),
    update: t('action.update', 'Overwrite'),
    delete: t('action.delete', 'Delete'),
    unchanged: t('action.unchanged', 'Unchanged'),
    skip: t('action.skip', 'Skip'),
    blocked: t('action.blocked', 'Blocked'),
  };
  return labels[action];
}

/** The plan, resource by resource, each with its reason and its losses; what stays unchanged is folded away. */
export function PlanItems({ plan: { id, snapshot, counts, permissions: follow, options } }: { plan: RestorePlan }) {
  const { read, change } = useUrlState();
  const folded = foldedCount(counts, read('action') + read('kind') + read('q'));
  const list = usePlanItems(id, {
    action: read('action') || (folded > 0 ? CHANGING.join(',') : undefined),
    kind: read('kind') || undefined,
    search: read('q') || undefined,
  });
  const permissions = list.first?.permissions ?? 0;
  const [opened, setOpened] = useState<PlanItem>();
  const isHere = options.to === undefined;
  const columns = useMemo(() => makeColumns(isHere, setOpened), [isHere, setOpened]);
  return (
    <>
      <FilteredList
        label={t('plan.items', 'Plan')}
        list={list}
        columns={columns}
        rowKey={(item) => `${resourceParameter(item)} ${item.action}`}
        empty={t('plan.noItems', 'No items match')}
        search={t('snapshot.search', 'Search titles, UIDs and folders')}
        count={(total) => resourcesText(total - permissions, permissions)}
      >
        <MultiFilter
          label={t('plan.actions', 'Actions')}
          value={read('action')}
          options={ACTIONS.filter((action) => (counts[action] ?? 0) > 0).map((action) => ({
            value: action,
            label: `${actionLabel(action)} (${formatNumber((counts[action] ?? 0) - (follow?.[action] ?? 0))})`,
          }))}
          onChange={(action) => change({ action })}
        />
        <MultiFilter
          label={t('snapshot.kinds', 'Kinds')}
          value={read('kind')}
          options={KIND_NAMES.map((kind) => ({ value: kind, label: kindLabel(kind) }))}
          onChange={(kind) => change({ kind })}
        />
      </FilteredList>
      {folded > 0 && (
        <div>
          <Button size="sm" variant="secondary" icon="angle-down" onClick={() => change({ action: ACTIONS.join(',') })}>
            {plural(
              'plan.showUnchanged',
              folded - (follow?.unchanged ?? 0),
              'Show {{number}} unchanged resource',
              'Show {{number}} unchanged resources',
            )}
          </Button>
        </div>
      )}
      {opened && (
        <ItemDrawer item={opened} isHere={isHere} onClose={() => setOpened(undefined)}>
          {isHere ? <LiveDifference snapshot={snapshot} item={opened} /> : <ChangesThere plan={id} item={opened} />}
        </ItemDrawer>
      )}
    </>
  );
}

interface DrawerProps {
  item: PlanItem;
  isHere: boolean;
  onClose: () => void;
  children: ReactNode;
}

function ItemDrawer({ item, isHere, onClose, children }: DrawerProps) {
  useReturnedFocus();
  return (
    <Drawer title={item.title || item.uid} subtitle={subtitleOf(item, isHere)} size="lg" onClose={onClose}>
      <OutageNotice />
      {children}
    </Drawer>
  );
}

function makeColumns(isHere: boolean, onOpen: (item: PlanItem) => void): Column<PlanItem>[] {
  return [
    {
      id: 'action',
      header: t('column.action', 'Action'),
      width: '120px',
      cell: (item) =>
        isConflict(item) ? (
          <LabelBadge color="orange" text={t('conflicts.one', 'Conflict')} />
        ) : (
          <LabelBadge color={COLORS[item.action]} text={actionLabel(item.action)} />
        ),
    },
    titleColumn({
      onOpen,
      canOpen: (item) => (isHere ? comparedBy(item) !== undefined : item.action === 'update' || isConflict(item)),
      narrow: reasonText,
      extra: (item) => {
        const text = lossTexts(item).join(' · ');
        return (
          text !== '' && (
            <Tooltip content={text}>
              <Icon name="exclamation-triangle" aria-label={text} tabIndex={0} />
            </Tooltip>
          )
        );
      },
    }),
    kindColumn(),
    folderColumn('xl'),
    {
      id: 'reason',
      header: t('column.reason', 'Reason'),
      width: 'minmax(0, 2fr)',
      hideBelow: 'md',
      cell: (item) => {
        const text = [reasonText(item), ...lossTexts(item)].join(' · ');
        return (
          <Text color="secondary" truncate>
            <span title={text}>{text}</span>
          </Text>
        );
      },
    },
  ];
}

function subtitleOf(item: PlanItem, isHere: boolean): string {
  const kind = kindLabel(item.kind);
  return isHere
    ? t('plan.difference', 'Changes made by the restore · {{kind}}', { kind })
    : t('send.difference', 'Changes if overwritten · {{kind}}', { kind });
}

/** From what is live to what the snapshot holds. */
function LiveDifference({ snapshot, item }: { snapshot: string; item: PlanItem }) {
  const query = useResourceDiff('live', snapshot, comparedBy(item) ?? refOf(item));
  return (
    <QueryView query={query}>
      {(diff) => <ResourceDifference diff={diff} sides={{ from: 'live', to: snapshot }} />}
    </QueryView>
  );
}

/** The same in another Grafana, in words only: the service gives out no content from there. */
function ChangesThere({ plan, item: { org, kind, uid } }: { plan: string; item: PlanItem }) {
  return (
    <QueryView query={usePlannedChanges(plan, { org, kind, uid })}>
      {({ changes, truncated }) => (
        <>
          <ReadableChanges changes={changes} />
          {truncated && <Alert severity="info" title={t('plan.truncated', 'Only the first changes are listed')} />}
        </>
      )}
    </QueryView>
  );
}
