import { Alert, Tab, TabsBar, Text } from '@grafana/ui';
import { useState } from 'react';
import type { ResourceDiff } from '../../../pkg/contract/api/diff.ts';
import { t } from '../../lib/i18n.ts';
import { JsonDiff } from '../json/JsonDiff.tsx';
import { JsonView } from '../json/JsonView.tsx';
import { ReadableChanges } from './ReadableChanges.tsx';

/** What differs in one resource: in words first, and the JSON one click away. */
export function ResourceDifference({ diff }: { diff: ResourceDiff }) {
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
