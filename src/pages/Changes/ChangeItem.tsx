import { Button, LinkButton } from '@grafana/ui';
import { isWholeResource } from '../../../pkg/contract/kinds.ts';
import { RestoreDeleted } from '../../components/resources/RestoreButton.tsx';
import { VersionChanges } from '../../components/resources/VersionChanges.tsx';
import { t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';
import { ChangeHead, looksOf } from './ChangeHead.tsx';
import { ChangeRow } from './ChangeRow.tsx';
import { refOfChange, type FeedChange } from './feed.ts';

/** One change: of what, by whom, what changed in words, and how to go back. */
export function ChangeItem({ change, onCompare }: { change: FeedChange; onCompare: () => void }) {
  const { what, resource, title, snapshots, foreign, back, restoredAt } = change;
  const { before } = snapshots;
  const [, , label] = looksOf(change);
  const ref = refOfChange(change);
  return (
    <ChangeRow
      label={`${title || resource.uid}, ${label}`}
      head={<ChangeHead change={change} />}
      words={<VersionChanges version={change} />}
    >
      {what === 'deleted' && !back && before !== undefined && !foreign && isWholeResource(ref) && (
        <RestoreDeleted snapshot={before} resource={ref} isAgain={restoredAt !== undefined} />
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
