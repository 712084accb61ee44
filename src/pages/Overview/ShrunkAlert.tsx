import { Alert, Button, LinkButton, Stack } from '@grafana/ui';
import type { Status } from '../../../pkg/contract/api/status.ts';
import type { Loss } from '../../../pkg/contract/manifest.ts';
import { useStartRun } from '../../data/useRuns.ts';
import { formatNumber } from '../../lib/format.ts';
import { t } from '../../lib/i18n.ts';
import { kindLabel } from '../../lib/kinds.ts';
import { routes } from '../../lib/routes.ts';

/** What the newest snapshot lacks of the last full one: restore that, or say that it was deleted on purpose. */
export function ShrunkAlert({ status: { shrunk, newest, caller } }: { status: Status }) {
  const start = useStartRun();
  if (shrunk === undefined || newest === undefined) {
    return null;
  }
  return (
    <Alert
      severity="error"
      title={t('shrunk.title', 'Much of the last full backup is missing from this one')}
      bottomSpacing={0}
    >
      <Stack direction="column" gap={1}>
        <ul>
          {shrunk.losses.map((loss) => (
            <li key={`${loss.org} ${loss.kind}`}>{lossText(loss)}</li>
          ))}
        </ul>
        <Stack gap={1} wrap="wrap">
          <LinkButton size="sm" variant="secondary" href={routes.snapshot(shrunk.since)}>
            {t('shrunk.open', 'Open the last full backup')}
          </LinkButton>
          {caller.home && (
            <Button
              size="sm"
              variant="secondary"
              disabled={start.isPending}
              onClick={() => start.mutate({ kind: 'backup', acceptLoss: newest.id })}
            >
              {t('shrunk.accept', 'The deletion was intended: back up and accept')}
            </Button>
          )}
        </Stack>
      </Stack>
    </Alert>
  );
}

function lossText({ org, kind, before, gone }: Loss): string {
  const given = {
    what: kind === undefined ? t('shrunk.resources', 'Resources') : kindLabel(kind),
    gone: formatNumber(gone),
    before: formatNumber(before),
  };
  return org === undefined
    ? t('shrunk.loss', '{{what}}: {{gone}} of {{before}} are missing', given)
    : t('shrunk.lossInOrg', '{{what}} of organization {{org}}: {{gone}} of {{before}} are missing', { ...given, org });
}
