import { config } from '@grafana/runtime';
import { Button, TextLink } from '@grafana/ui';
import { useId, useState, type ReactNode } from 'react';
import { RestoreDeleted } from '../../components/resources/RestoreButton.tsx';
import { t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';
import { countText, GroupHead } from './ChangeHead.tsx';
import { ChangeRow } from './ChangeRow.tsx';
import type { FeedRow } from './feed.ts';

/** All changes by one restore, or deleted together, folded. */
export function ChangeGroup({ changes, children }: Pick<FeedRow, 'changes'> & { children: ReactNode }) {
  const id = useId();
  const [isOpen, setIsOpen] = useState(false);
  const [{ deletedWith: head, snapshots, together = 0 }] = changes;
  const count = countText(changes);
  return (
    <>
      <ChangeRow label={head === undefined ? count : `${head.title}, ${count}`} head={<GroupHead changes={changes} />}>
        {head !== undefined &&
          snapshots.before !== undefined &&
          !changes.some(({ back, foreign }) => back || foreign) && (
            <RestoreDeleted
              snapshot={snapshots.before}
              resource={{ org: config.bootData.user.orgId, ...head }}
              isAgain={changes.some(({ restoredAt }) => restoredAt !== undefined)}
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
        {isOpen && together > changes.length && (
          <TextLink href={routes.compare({ from: snapshots.before ?? '', to: snapshots.first })}>
            {t('latestChanges.all', 'All changes')}
          </TextLink>
        )}
      </div>
    </>
  );
}
