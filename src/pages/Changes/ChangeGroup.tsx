import { config } from '@grafana/runtime';
import { Button, TextLink } from '@grafana/ui';
import { useId, useState, type ReactNode } from 'react';
import { LabelBadge } from '../../components/LabelBadge.tsx';
import { ResourceName } from '../../components/resources/ResourceName.tsx';
import { RestoreDeleted } from '../../components/resources/RestoreButton.tsx';
import { plural, t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';
import { ChangeRow, Saved } from './ChangeRow.tsx';
import type { FeedChange } from './feed.ts';

interface Props {
  changes: readonly [FeedChange, ...FeedChange[]];
  children: ReactNode;
}

/** All changes by one restore, or with one deleted folder, folded. */
export function ChangeGroup({ changes, children }: Props) {
  const id = useId();
  const [isOpen, setIsOpen] = useState(false);
  const [first] = changes;
  const { deletedFolder: folder, snapshots } = first;
  const byFolder = changes.find(({ resource }) => resource.uid === folder?.uid) ?? first;
  const number = first.together ?? changes.length;
  const count = plural('snapshot.count', number, '{{number}} resource', '{{number}} resources');
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
            <Saved change={byFolder} />
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
      <div id={id} style={{ paddingLeft: 24 }}>
        {isOpen && children}
        {isOpen && number > changes.length && (
          <TextLink href={routes.compare({ from: snapshots.before ?? '', to: snapshots.first })}>
            {t('latestChanges.all', 'All changes')}
          </TextLink>
        )}
      </div>
    </>
  );
}
