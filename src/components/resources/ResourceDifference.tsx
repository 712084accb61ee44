import { Alert, Tab, TabsBar, Text } from '@grafana/ui';
import { lazy, Suspense, useMemo, useState } from 'react';
import type { ResourceDiff } from '../../../pkg/contract/api/diff.ts';
import { t } from '../../lib/i18n.ts';
import { JsonDiff } from '../json/JsonDiff.tsx';
import { JsonView } from '../json/JsonView.tsx';
import { Loading } from '../QueryView.tsx';
import { canDrawPanels } from '../../lib/panels/host.ts';
import { changedPanels } from '../../lib/panels/pairs.ts';
import { readDashboard } from '../../lib/panels/read.ts';
import { ReadableChanges } from './ReadableChanges.tsx';

const PanelsSideBySide = lazy(async () => {
  const { PanelsSideBySide: component } = await import('../panels/PanelsSideBySide.tsx');
  return { default: component };
});

const WITH_PANELS = ['dashboard', 'library-panel'];

interface Props {
  diff: ResourceDiff;
  /** What is compared: snapshots, or `live`. */
  sides: { from: string; to: string };
}

/** What differs in one resource: in words first; its panels side by side, and the JSON, one click away. */
export function ResourceDifference({ diff, sides }: Props) {
  const changed = diff.change === 'changed';
  // Where words say nothing, the JSON is what there is to see.
  const [view, setView] = useState<'words' | 'panels' | 'json'>(changed && diff.changes.length > 0 ? 'words' : 'json');
  const panels = useChangedPanels(diff);
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
        {panels !== undefined && (
          <Tab
            label={t('panels.title', 'Panels side by side')}
            active={view === 'panels'}
            onChangeTab={() => setView('panels')}
          />
        )}
        <Tab label={t('diff.json', 'JSON')} active={view === 'json'} onChangeTab={() => setView('json')} />
      </TabsBar>
      {view === 'json' ? (
        <JsonDiff before={diff.before} after={diff.after} label={label} />
      ) : view === 'panels' && panels !== undefined ? (
        <Suspense fallback={<Loading />}>
          <PanelsSideBySide {...panels} org={diff.org} sides={sides} truncated={diff.truncated} />
        </Suspense>
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

/** The panels that changed, where there are any and Grafana can draw them. */
function useChangedPanels(diff: ResourceDiff) {
  return useMemo(() => {
    if (diff.change !== 'changed' || !WITH_PANELS.includes(diff.kind) || !canDrawPanels()) {
      return undefined;
    }
    const before = readDashboard(diff.kind, diff.uid, diff.before);
    const after = readDashboard(diff.kind, diff.uid, diff.after);
    const pairs = changedPanels(diff.changes, before, after);
    return pairs.length === 0 ? undefined : { before, after, pairs };
  }, [diff]);
}

function ReadableOrNothing({ diff }: { diff: ResourceDiff }) {
  return diff.changes.length === 0 ? (
    <Text color="secondary">{t('diff.noWords', 'Only details differ. See the JSON.')}</Text>
  ) : (
    <ReadableChanges changes={diff.changes} />
  );
}
