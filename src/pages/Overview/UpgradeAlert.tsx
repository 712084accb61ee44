import { Alert, LinkButton, Stack } from '@grafana/ui';
import type { Status } from '../../../pkg/contract/api/status.ts';
import type { UpgradeLoss } from '../../../pkg/contract/losses/losses.ts';
import { formatNumber } from '../../lib/format.ts';
import { t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';
import { PutBack } from './PutBack.tsx';

/** What the last upgrade of Grafana lost: put that back, or release the snapshot that is kept for it. */
export function UpgradeAlert({ status: { upgrade } }: { status: Status }) {
  if (upgrade?.first === undefined || upgrade.orgs === undefined) {
    return null;
  }
  const { since, first, from, to, orgs } = upgrade;
  return (
    <Alert
      severity="warning"
      title={t('upgrade.title', 'Resources changed when Grafana’s version changed from {{from}} to {{to}}', {
        from,
        to,
      })}
      bottomSpacing={0}
    >
      <Stack direction="column" gap={1}>
        <ul>
          {orgs.map((one) => (
            <li key={one.id}>{upgradeText(one)}</li>
          ))}
        </ul>
        <div>
          {t(
            'upgrade.text',
            'These changes are not Grafana’s own migrations. The last backup with the old version is on hold. Release it when everything is resolved.',
          )}
        </div>
        <Stack gap={1} wrap="wrap">
          <LinkButton size="sm" variant="secondary" href={routes.snapshot(since)}>
            {t('upgrade.open', 'Open the last backup with the old version')}
          </LinkButton>
          <PutBack
            from={since}
            to={first}
            missing={orgs.some(({ gone }) => gone > 0)}
            changed={orgs.some(({ older, changed }) => older + changed > 0)}
          />
        </Stack>
      </Stack>
    </Alert>
  );
}

function upgradeText({ id, gone, older, changed }: UpgradeLoss): string {
  const given = { gone: formatNumber(gone), older: formatNumber(older), changed: formatNumber(changed) };
  return id === 0
    ? t('upgrade.server', 'Server: {{gone}} lost, {{older}} reverted to an older version, {{changed}} changed', given)
    : t(
        'upgrade.org',
        'Organization {{id}}: {{gone}} lost, {{older}} reverted to an older version, {{changed}} changed',
        {
          ...given,
          id,
        },
      );
}
