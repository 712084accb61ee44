import { LinkButton } from '@grafana/ui';
import { RestoreButton } from '../../components/resources/RestoreButton.tsx';
import { t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';

/** Compares two snapshots, or plans to restore what the later one lost. */
export function PutBack({ from, to }: { from: string; to: string }) {
  return (
    <>
      <LinkButton size="sm" variant="secondary" href={routes.compare({ from, to })}>
        {t('putBack.compare', 'Compare both backups')}
      </LinkButton>
      <RestoreButton
        size="sm"
        variant="secondary"
        request={{ snapshot: from, selection: { type: 'lost', in: to }, options: { overwrite: true } }}
      >
        {t('putBack.plan', 'Restore exactly these')}
      </RestoreButton>
    </>
  );
}
