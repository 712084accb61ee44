import type { IconName } from '@grafana/data';
import { Button, LinkButton, Text, type BadgeColor } from '@grafana/ui';
import { isWholeResource } from '../../../pkg/contract/kinds.ts';
import { ForeignBadge } from '../../components/ForeignSnapshot.tsx';
import { LabelBadge } from '../../components/LabelBadge.tsx';
import { ResourceName } from '../../components/resources/ResourceName.tsx';
import { RestoreDeleted } from '../../components/resources/RestoreButton.tsx';
import { VersionChanges, versionLooks } from '../../components/resources/VersionChanges.tsx';
import { t } from '../../lib/i18n.ts';
import { kindLabel } from '../../lib/kinds.ts';
import { routes } from '../../lib/routes.ts';
import { ChangeRow, Saved } from './ChangeRow.tsx';
import { refOfChange, type FeedChange } from './feed.ts';

/** One change: of what, by whom, what changed in words, and how to go back. */
export function ChangeItem({ change, onCompare }: { change: FeedChange; onCompare: () => void }) {
  const { what, resource, title, folder, snapshots, foreign, back } = change;
  const { before } = snapshots;
  const [color, icon, label] = looksOf(change);
  const ref = refOfChange(change);
  return (
    <ChangeRow
      label={`${title || resource.uid}, ${label}`}
      head={
        <>
          <LabelBadge color={color} icon={icon} text={label} />
          <ResourceName resource={{ ...resource, title }} />
          <Text color="secondary">{[kindLabel(resource.kind), folder].filter(Boolean).join(' · ')}</Text>
          {foreign && <ForeignBadge />}
          <Saved change={change} />
        </>
      }
      words={<VersionChanges version={change} />}
    >
      {what === 'deleted' && !back && before !== undefined && !foreign && isWholeResource(ref) && (
        <RestoreDeleted snapshot={before} resource={ref} />
      )}
      {before !== undefined && (
        <Button
          size="sm"
          variant="secondary"
          icon="code-branch"
          aria-label={t('changes.compareOf', 'Compare with previous: {{title}}', { title: title || resource.uid })}
          onClick={onCompare}
        >
          {t('changes.compare', 'Compare with previous')}
        </Button>
      )}
      <LinkButton size="sm" variant="secondary" icon="history" href={routes.versions(resource.kind, resource.uid)}>
        {t('changes.versions', 'All versions')}
      </LinkButton>
    </ChangeRow>
  );
}

/** As for a version, with its own word for resources that only moved. */
function looksOf(change: FeedChange): [color: BadgeColor, icon: IconName, label: string] {
  const { what, movedFrom, renamedFrom, changes = [] } = change;
  const isMoveAlone = movedFrom !== undefined && renamedFrom === undefined && changes.length <= 1;
  return what === 'changed' && isMoveAlone
    ? ['blue', 'folder-open', t('changes.moved', 'Moved')]
    : versionLooks(change);
}
