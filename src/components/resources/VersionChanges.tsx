import type { IconName } from '@grafana/data';
import { Text, TextLink, type BadgeColor } from '@grafana/ui';
import type { DiffOrigin } from '../../../pkg/contract/api/diff.ts';
import type { ResourceVersion } from '../../../pkg/contract/api/versions.ts';
import { withSnapshotTimes } from '../../lib/format.ts';
import { t } from '../../lib/i18n.ts';
import { deletedBy, savedBy } from '../../lib/resources/savedBy.ts';
import { routes } from '../../lib/routes.ts';
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

/** Who saved or deleted a version; where a restore did, who started that, not the account of the service. */
export function SavedBy({ version }: { version: DiffOrigin & { what?: ResourceVersion['what'] } }) {
  const { restored, what } = version;
  const by = (what === 'deleted' ? deletedBy : savedBy)(version);
  return by === undefined ? null : restored === undefined ? (
    <Text color="secondary">{by}</Text>
  ) : (
    <TextLink href={routes.run(restored.run)} color="secondary" inline={false}>
      {by}
    </TextLink>
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

/** Colour, icon and word for what happened. */
export function versionLooks({ what }: ResourceVersion): [color: BadgeColor, icon: IconName, label: string] {
  const all: Record<ResourceVersion['what'], [BadgeColor, IconName, string]> = {
    'first-seen': ['blue', 'eye', t('versions.firstSeen', 'First seen')],
    created: ['green', 'plus', t('versions.created', 'Created')],
    changed: ['orange', 'pen', t('versions.changed', 'Changed')],
    deleted: ['red', 'trash-alt', t('versions.removed', 'Deleted')],
    returned: ['green', 'history', t('versions.returned', 'Exists again')],
  };
  return all[what];
}

function untoldText(untold: NonNullable<ResourceVersion['untold']>): string {
  const all: Record<typeof untold, string> = {
    'no-identity': t('versions.noIdentity', 'The changes are encrypted, and the service has no key to read them.'),
    'too-large': t('versions.tooLarge', 'This version is too large to list its changes. Compare it to see the JSON.'),
    'not-readable': t('versions.notReadable', 'The stored content cannot be read. Verify the repository.'),
  };
  return all[untold];
}
