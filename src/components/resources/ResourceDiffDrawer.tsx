import { Drawer, Stack } from '@grafana/ui';
import type { NamedRef } from '../../../pkg/contract/kinds.ts';
import { OutageNotice } from '../problems/ServiceNotice.tsx';
import { QueryView } from '../QueryView.tsx';
import { DiffSides } from './DiffSides.tsx';
import { Neighbours, type Steps } from './Neighbours.tsx';
import { ResourceDifference } from './ResourceDifference.tsx';
import { RestoreButton } from './RestoreButton.tsx';
import { useResourceDiff } from '../../data/useDiff.ts';
import { useReturnedFocus } from '../../hooks/useReturnedFocus.ts';
import { t } from '../../lib/i18n.ts';
import { kindLabel } from '../../lib/kinds.ts';
import { refOf, resourceParameter } from '../../lib/routes.ts';

interface Props {
  from: string;
  to: string;
  resource: NamedRef;
  /** The way to the other changes of the list that it is in. */
  steps?: Steps;
  onClose: () => void;
}

/** What differs in one resource: in words first, and the JSON behind it. */
export function ResourceDiffDrawer({ from, to, resource, steps, onClose }: Props) {
  const query = useResourceDiff(from, to, resource);
  useReturnedFocus();
  return (
    <Drawer title={query.data?.title || resource.uid} subtitle={kindLabel(resource.kind)} size="lg" onClose={onClose}>
      <OutageNotice />
      {steps !== undefined && <Neighbours steps={steps} />}
      <QueryView query={query}>
        {(diff) => (
          <Stack direction="column" gap={2}>
            <DiffSides diff={diff} sides={{ from, to }} />
            {diff.change !== 'added' && !diff.foreign.includes('from') && (
              <div>
                <RestoreButton
                  request={{
                    snapshot: from,
                    selection: { type: 'resources', resources: [refOf(resource)] },
                    ...(diff.change === 'changed' ? { options: { overwrite: true } } : {}),
                  }}
                >
                  {diff.change === 'removed'
                    ? t('diff.restore', 'Restore it')
                    : t('diff.rollBack', 'Restore the earlier version')}
                </RestoreButton>
              </div>
            )}
            <ResourceDifference key={resourceParameter(resource)} diff={diff} sides={{ from, to }} />
          </Stack>
        )}
      </QueryView>
    </Drawer>
  );
}
