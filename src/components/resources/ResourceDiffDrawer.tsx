import { Drawer, Stack } from '@grafana/ui';
import type { NamedRef } from '../../../pkg/contract/kinds.ts';
import { QueryView } from '../QueryView.tsx';
import { ResourceDifference } from './ResourceDifference.tsx';
import { RestoreButton } from './RestoreButton.tsx';
import { useResourceDiff } from '../../data/useDiff.ts';
import { t } from '../../lib/i18n.ts';
import { kindLabel } from '../../lib/kinds.ts';
import { refOf } from '../../lib/routes.ts';

interface Props {
  from: string;
  to: string;
  resource: NamedRef;
  onClose: () => void;
}

/** What differs in one resource: in words first, and the JSON behind it. */
export function ResourceDiffDrawer({ from, to, resource, onClose }: Props) {
  const query = useResourceDiff(from, to, resource);
  return (
    <Drawer title={query.data?.title || resource.uid} subtitle={kindLabel(resource.kind)} size="lg" onClose={onClose}>
      <QueryView query={query}>
        {(diff) => (
          <Stack direction="column" gap={2}>
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
            <ResourceDifference diff={diff} sides={{ from, to }} />
          </Stack>
        )}
      </QueryView>
    </Drawer>
  );
}
