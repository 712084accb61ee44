import { Button } from '@grafana/ui';
import { useId, useState, type ReactNode } from 'react';
import { LabelBadge } from '../../components/LabelBadge.tsx';
import { SavedBy } from '../../components/resources/VersionChanges.tsx';
import { plural, t } from '../../lib/i18n.ts';
import { ChangeRow } from './ChangeRow.tsx';
import type { FeedChange } from './feed.ts';

interface Props {
  changes: readonly [FeedChange, ...FeedChange[]];
  /** Whether changes that are not listed yet can be of the same restore. */
  isOpenEnded: boolean;
  children: ReactNode;
}

/** All changes by one restore, folded. */
export function RestoredGroup({ changes, isOpenEnded, children }: Props) {
  const id = useId();
  const [isOpen, setIsOpen] = useState(false);
  const [first] = changes;
  const count = isOpenEnded
    ? t('changes.restoredSome', 'At least {{number}} resources', { number: changes.length })
    : plural('snapshot.count', changes.length, '{{number}} resource', '{{number}} resources');
  return (
    <>
      <ChangeRow
        label={count}
        head={
          <>
            <LabelBadge color="green" icon="history" text={t('changes.restored', 'Restored')} />
            {count}
            <SavedBy version={first} />
          </>
        }
      >
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
