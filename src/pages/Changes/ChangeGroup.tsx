import { config } from '@grafana/runtime';
import { Button } from '@grafana/ui';
import { useId, useState, type ReactNode } from 'react';
import { LabelBadge } from '../../components/LabelBadge.tsx';
import { ResourceName } from '../../components/resources/ResourceName.tsx';
import { RestoreDeleted } from '../../components/resources/RestoreButton.tsx';
import { SavedBy } from '../../components/resources/VersionChanges.tsx';
import { plural, t } from '../../lib/i18n.ts';
import { ChangeRow } from './ChangeRow.tsx';
import type { FeedChange } from './feed.ts';

interface Props {
  changes: readonly [FeedChange, ...FeedChange[]];
  /** Whether changes that are not listed yet can belong to it. */
  isOpenEnded: boolean;
  children: ReactNode;
}

/** All changes by one restore, or with one deleted folder, folded. */
export function ChangeGroup({ changes, isOpenEnded, children }: Props) {
  const id = useId();
  const [isOpen, setIsOpen] = useState(false);
  const [first] = changes;
  const { deletedFolder, snapshots } = first;
  const folder = first.restored === undefined ? deletedFolder : undefined;
  const byFolder = changes.find(({ resource }) => resource.uid === folder?.uid) ?? first;
  const count = isOpenEnded
    ? t('changes.restoredSome', 'At least {{number}} resources', { number: changes.length })
    : plural('snapshot.count', changes.length, '{{number}} resource', '{{number}} resources');
  return (
    <>
      <ChangeRow
        label={folder === undefined ? count : `${folder.title}, ${count}`}
        head={
          <>
            {folder === undefined ? (
              <LabelBadge color="green" icon="history" text={t('changes.restored', 'Restored')} />
            ) : (
              <>
                <LabelBadge color="red" icon="trash-alt" text={t('versions.removed', 'Deleted')} />
                <ResourceName resource={{ kind: 'folder', ...folder }} />
              </>
            )}
            {count}
            <SavedBy version={byFolder} />
          </>
        }
      >
        {folder !== undefined &&
          snapshots.before !== undefined &&
          !changes.some(({ back, foreign }) => back || foreign) && (
            <RestoreDeleted
              snapshot={snapshots.before}
              resource={{ org: config.bootData.user.orgId, kind: 'folder', uid: folder.uid }}
            />
          )}
        <Button
          size="sm"
          variant="secondary"
          icon={isOpen ? 'angle-down' : 'angle-right'}
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={() => setIsOpen(!isOpen)}
        >
          {isOpen ? t('changes.fold', 'Hide') : t('changes.unfold', 'Show')}
        </Button>
      </ChangeRow>
      <div id={id}>{isOpen && children}</div>
    </>
  );
}
