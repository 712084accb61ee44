import { EmptyState, LinkButton } from '@grafana/ui';
import { t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';

/** Shown before the first backup, with a link to the overview. */
export function NoSnapshots() {
  return (
    <EmptyState
      variant="call-to-action"
      message={t('history.noneYet', 'No snapshots yet')}
      button={
        <LinkButton href={routes.overview()} icon="shield" size="lg">
          {t('history.toOverview', 'Go to the overview')}
        </LinkButton>
      }
    >
      {t('history.noneYetText', 'The first backup creates one. Start it on the overview page.')}
    </EmptyState>
  );
}
