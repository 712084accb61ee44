import type { IconName } from '@grafana/data';
import { Text, type BadgeColor } from '@grafana/ui';
import { ForeignBadge } from '../../components/ForeignSnapshot.tsx';
import { LabelBadge } from '../../components/LabelBadge.tsx';
import { RelativeTime } from '../../components/RelativeTime.tsx';
import { ResourceName } from '../../components/resources/ResourceName.tsx';
import { SavedBy, versionLooks } from '../../components/lists/SavedBy.tsx';
import type { Nameable } from '../../../pkg/contract/kinds.ts';
import { resourcesText } from '../../lib/resources/count.ts';
import { formatTime } from '../../lib/format.ts';
import { t } from '../../lib/i18n.ts';
import { kindLabel } from '../../lib/kinds.ts';
import type { FeedChange, FeedRow } from './feed.ts';

/** What happened to what, who did it, and when. @param href - makes the title a link */
export function ChangeHead({ change, href }: { change: FeedChange; href?: string | undefined }) {
  const { resource, title, foreign } = change;
  const [color, icon, label] = looksOf(change);
  return (
    <>
      <LabelBadge color={color} icon={icon} text={label} />
      <ResourceName resource={{ ...resource, title }} href={href} />
      <Place kind={resource.kind} folder={change.folder} />
      {foreign && <ForeignBadge />}
      <Saved change={change} />
    </>
  );
}

/** The same of changes that belong together. */
export function GroupHead({ changes, href }: Pick<FeedRow, 'changes'> & { href?: string | undefined }) {
  const [first] = changes;
  const { deletedWith: head } = first;
  return (
    <>
      {head === undefined ? (
        <LabelBadge color="green" icon="history" text={t('changes.restored', 'Restored')} />
      ) : (
        <>
          <LabelBadge color="red" icon="trash-alt" text={t('versions.removed', 'Deleted')} />
          <ResourceName resource={head} href={href} />
          <Place kind={head.kind} folder={head.folder} />
        </>
      )}
      {countText(changes)}
      <Saved
        change={changes.find(({ resource }) => resource.uid === head?.uid && resource.kind === head.kind) ?? first}
      />
    </>
  );
}

/** The number of changes in a row. */
export function sizeOf({ changes }: FeedRow): number {
  return changes[0].together ?? changes.length;
}

/** The number of changes that belong together. */
export function countText(changes: FeedRow['changes']): string {
  return resourcesText(sizeOf({ changes }), changes[0].permissions);
}

function Place({ kind, folder }: { kind: Nameable; folder: string }) {
  return <Text color="secondary">{[kindLabel(kind), folder].filter(Boolean).join(' · ')}</Text>;
}

/** Who saved or deleted it, when, and whether it is back. */
function Saved({ change }: { change: FeedChange }) {
  const { updated, restoredAt: time } = change;
  const back = change.back
    ? t('changes.back', 'Back in Grafana')
    : time && t('changes.restoredAt', 'Restored on {{time}}', { time: formatTime(time) });
  return (
    <>
      <SavedBy version={change} />
      {updated !== undefined && <RelativeTime time={updated} />}
      {back && <LabelBadge color="green" icon="check" text={back} />}
    </>
  );
}

/** As for a version, with its own word for resources that only moved. */
export function looksOf(change: FeedChange): [color: BadgeColor, icon: IconName, label: string] {
  const { what, movedFrom, renamedFrom, changes = [] } = change;
  const isMoveAlone = movedFrom !== undefined && renamedFrom === undefined && changes.length <= 1;
  return what === 'changed' && isMoveAlone
    ? ['blue', 'folder-open', t('changes.moved', 'Moved')]
    : versionLooks(change);
}
