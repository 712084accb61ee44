import { Alert, Drawer, Stack, Tab, TabsBar, Text } from '@grafana/ui';
import { useState } from 'react';
import type { ResourceDiff } from '../../../pkg/contract/api/diff.ts';
import type { ResourceRef } from '../../../pkg/contract/kinds.ts';
import { JsonDiff } from '../../components/json/JsonDiff.tsx';
import { JsonView } from '../../components/json/JsonView.tsx';
import { QueryView } from '../../components/QueryView.tsx';
import { RestoreButton } from '../../components/resources/RestoreButton.tsx';
import { useResourceDiff } from '../../data/useDiff.ts';
import { t } from '../../lib/i18n.ts';
import { kindLabel } from '../../lib/kinds.ts';
import { refOf } from '../../lib/routes.ts';
import { ReadableChanges } from './ReadableChanges.tsx';

interface Props {
  from: string;
  to: string;
  resource: ResourceRef;
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
            {diff.change !== 'added' && (
              <div>
                <RestoreButton
                  request={{
                    snapshot: from,
                    selection: { type: 'resources', resources: [refOf(resource)] },
                    ...(diff.change === 'changed' ? { options: { overwrite: true } } : {}),
                  }}
                  differenceSeen={to === 'live'}
                >
                  {diff.change === 'removed'
                    ? t('diff.restore', 'Restore it')
                    : t('diff.rollBack', 'Restore the earlier version')}
                </RestoreButton>
              </div>
            )}
            <Difference diff={diff} />
          </Stack>
        )}
      </QueryView>
    </Drawer>
  );
}

function Difference({ diff }: { diff: ResourceDiff }) {
  const changed = diff.change === 'changed';
  // Where words say nothing, the JSON is what there is to see.
  const [view, setView] = useState<'words' | 'json'>(changed && diff.changes.length > 0 ? 'words' : 'json');
  const label = t('resource.json', 'JSON of {{title}}', { title: diff.title });
  if (diff.change === 'unchanged') {
    return <Text color="secondary">{t('diff.unchanged', 'Both sides are the same.')}</Text>;
  }
  if (!changed) {
    return <JsonView value={diff.before ?? diff.after} label={label} />;
  }
  return (
    <>
      <TabsBar>
        <Tab label={t('diff.words', 'Summary')} active={view === 'words'} onChangeTab={() => setView('words')} />
        <Tab label={t('diff.json', 'JSON')} active={view === 'json'} onChangeTab={() => setView('json')} />
      </TabsBar>
      {view === 'json' ? (
        <JsonDiff before={diff.before} after={diff.after} label={label} />
      ) : (
        <>
          <ReadableOrNothing diff={diff} />
          {diff.truncated && (
            <Alert
              severity="info"
              title={t('diff.truncated', 'This list is not complete. The JSON shows all differences.')}
            />
          )}
        </>
      )}
    </>
  );
}

function ReadableOrNothing({ diff }: { diff: ResourceDiff }) {
  return diff.changes.length === 0 ? (
    <Text color="secondary">{t('diff.noWords', 'Only details differ. See the JSON.')}</Text>
  ) : (
    <ReadableChanges changes={diff.changes} />
  );
}
