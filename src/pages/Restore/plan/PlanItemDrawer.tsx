import { Drawer } from '@grafana/ui';
import type { PlanItem } from '../../../../pkg/contract/plan.ts';
import { OutageNotice } from '../../../components/problems/ServiceNotice.tsx';
import { QueryView } from '../../../components/QueryView.tsx';
import { ResourceDifference } from '../../../components/resources/ResourceDifference.tsx';
import { useResourceDiff } from '../../../data/useDiff.ts';
import { t } from '../../../lib/i18n.ts';
import { kindLabel } from '../../../lib/kinds.ts';
import { refOf } from '../../../lib/routes.ts';
import { comparedBy } from './confirmation.ts';

interface Props {
  snapshot: string;
  item: PlanItem;
  onClose: () => void;
}

/** Changes by the restore in one resource: from what is live to what the snapshot holds. */
export function PlanItemDrawer({ snapshot, item, onClose }: Props) {
  const query = useResourceDiff('live', snapshot, comparedBy(item) ?? refOf(item));
  const subtitle = t('plan.difference', 'Changes by the restore · {{kind}}', { kind: kindLabel(item.kind) });
  return (
    <Drawer title={item.title || item.uid} subtitle={subtitle} size="lg" onClose={onClose}>
      <OutageNotice />
      <QueryView query={query}>
        {(diff) => <ResourceDifference diff={diff} sides={{ from: 'live', to: snapshot }} />}
      </QueryView>
    </Drawer>
  );
}
