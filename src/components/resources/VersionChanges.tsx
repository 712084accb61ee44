import { Text } from '@grafana/ui';
import type { ResourceVersion } from '../../../pkg/contract/api/versions.ts';
import { withSnapshotTimes } from '../../lib/format.ts';
import { t } from '../../lib/i18n.ts';
import { ReadableChanges } from './ReadableChanges.tsx';

/** How many changes are shown at first, to keep a list short. */
const FIRST_CHANGES = 3;

/** What changed in a version, in words: its comment, moves, and single changes. */
export function VersionChanges({ version }: { version: ResourceVersion }) {
  const { comment, changes = [], truncated, untold } = version;
  return (
    <>
      {comment !== undefined && comment !== '' && <Text italic>{`“${withSnapshotTimes(comment)}”`}</Text>}
      <Moves version={version} />
      {changes.length > 0 && <ReadableChanges changes={changes} first={FIRST_CHANGES} />}
      {truncated && <Text color="secondary">{t('versions.truncated', 'Not all changes are listed here.')}</Text>}
      {untold !== undefined && <Text color="secondary">{untoldText(untold)}</Text>}
    </>
  );
}

/** Where it was moved from, and what it was called. */
function Moves({ version }: { version: ResourceVersion }) {
  const { renamedFrom, movedFrom, title, folder, changes = [] } = version;
  return (
    <>
      {renamedFrom !== undefined && changes.length === 0 && (
        <Text>{t('versions.renamed', 'Renamed from “{{from}}” to “{{to}}”', { from: renamedFrom, to: title })}</Text>
      )}
      {movedFrom !== undefined && changes.every(({ code }) => !code.startsWith('folder-')) && (
        <Text>
          {t('versions.moved', 'Moved from {{from}} to {{to}}', { from: movedFrom || '–', to: folder || '–' })}
        </Text>
      )}
    </>
  );
}

function untoldText(untold: NonNullable<ResourceVersion['untold']>): string {
  const all: Record<typeof untold, string> = {
    'no-identity': t('versions.noIdentity', 'The changes are encrypted, and the service has no key to read them.'),
    'too-large': t('versions.tooLarge', 'This version is too large to list its changes. Compare it to see the JSON.'),
    'not-readable': t('versions.notReadable', 'The stored content cannot be read. Verify the repository.'),
  };
  return all[untold];
}
