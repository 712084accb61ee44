import { Alert, Tab, TabsBar, Text } from '@grafana/ui';
import { lazy, Suspense, useMemo, useState } from 'react';
import type { ResourceDiff } from '../../../pkg/contract/api/diff.ts';
import { t } from '../../lib/i18n.ts';
import { ForeignAlert } from '../ForeignSnapshot.tsx';
import { JsonDiff } from '../json/JsonDiff.tsx';
import { JsonView } from '../json/JsonView.tsx';
import { Loading } from '../QueryView.tsx';
import { canDrawPanels } from '../../lib/panels/host.ts';
import { panelsOf } from '../../lib/panels/panelsOf.ts';
import { ReadableChanges } from './ReadableChanges.tsx';

const PanelsSideBySide = lazy(async () => {
  const { PanelsSideBySide: component } = await import('../panels/PanelsSideBySide.tsx');
  return { default: component };
});

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
  const panels = useMemo(() => (canDrawPanels() ? panelsOf(diff) : undefined), [diff]);
  const label = t('resource.json', 'JSON of {{title}}', { title: diff.title });
  const foreign = diff.foreign.length > 0 && <ForeignAlert />;
  if (diff.change === 'unchanged') {
    return (
      <>
        {foreign}
        <Text color="secondary">{t('diff.unchanged', 'Both sides are the same.')}</Text>
      </>
    );
  }
  if (!changed) {
    return (
      <>
        {foreign}
        <JsonView value={diff.before ?? diff.after} label={label} />
      </>
    );
  }
  return (
    <>
      {foreign}
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

function ReadableOrNothing({ diff }: { diff: ResourceDiff }) {
  return diff.changes.length === 0 ? (
    <Text color="secondary">{t('diff.noWords', 'Only details differ. See the JSON.')}</Text>
  ) : (
    <ReadableChanges changes={diff.changes} />
  );
}
