import { Alert, LinkButton } from '@grafana/ui';
import type { Status } from '../../../pkg/contract/api/status.ts';
import { t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';

const DAY = 24 * 60 * 60_000;

/** The last restore, where it stopped lately: Grafana may hold a part of it, which only the run's page says. */
export function restoreCutShort({ lastRestore, now }: Status): Status['lastRestore'] {
  const { status, started = '' } = lastRestore ?? {};
  const isCut = status === 'interrupted' || status === 'failed';
  return isCut && Date.parse(now) - Date.parse(started) < DAY ? lastRestore : undefined;
}

/** That it stopped, with the way to its results. */
export function RestoreCutShort({ run }: { run: Status['lastRestore'] }) {
  return (
    run && (
      <Alert
        severity="warning"
        title={
          run.trigger === 'undo'
            ? t('overview.undoCut', 'The last undo did not finish')
            : t('overview.restoreCut', 'The last restore did not finish')
        }
        bottomSpacing={0}
      >
        <LinkButton size="sm" variant="secondary" href={routes.run(run.id)}>
          {t('overview.restoreCutLink', 'Show its results')}
        </LinkButton>
      </Alert>
    )
  );
}
