import { Alert, LinkButton } from '@grafana/ui';
import type { Run } from '../../../pkg/contract/api/runs.ts';
import { awaitedLogins } from '../../../pkg/contract/reasons/restore/apply.ts';
import { reasonText } from '../../lib/catalogue/reasons.ts';
import { t } from '../../lib/i18n.ts';
import { formOf } from '../Restore/request.ts';

/** Says which accounts a restore lacked where nothing else was missing: no rest can be planned before they exist. */
export function AccountsFirst({ run: { errors, request, source = 'latest' } }: { run: Run }) {
  const logins = awaitedLogins(errors).join(', ');
  const command = `dashkeep restore ${source} --kinds user`;
  return (
    logins !== '' && (
      <Alert
        severity="info"
        bottomSpacing={0}
        title={reasonText({ reason: '', code: 'accounts-first', params: { logins, command } })}
      >
        {request && (
          <LinkButton size="sm" variant="secondary" icon="list-ul" href={formOf(request)}>
            {t('plan.again', 'New plan')}
          </LinkButton>
        )}
      </Alert>
    )
  );
}
