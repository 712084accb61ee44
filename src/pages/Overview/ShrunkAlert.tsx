import { Alert, Button, LinkButton, Stack, Text } from '@grafana/ui';
import type { Status } from '../../../pkg/contract/api/status.ts';
import type { Loss, Overwritten } from '../../../pkg/contract/losses/losses.ts';
import { isMassChange } from '../../../pkg/contract/losses/mass-change.ts';
import { useStartRun } from '../../data/useRuns.ts';
import { formatNumber, formatRelative } from '../../lib/format.ts';
import { t } from '../../lib/i18n.ts';
import { kindLabel } from '../../lib/kinds.ts';
import { routes } from '../../lib/routes.ts';
import { lostIn, PutBack } from './PutBack.tsx';

/** How the newest snapshot differs from the last full one: put that back, or say that it was done on purpose. */
export function ShrunkAlert({ status: { shrunk, newest, caller, lastRestore } }: { status: Status }) {
  const start = useStartRun();
  if (shrunk === undefined || newest === undefined) {
    return null;
  }
  return (
    <Alert
      severity="error"
      title={
        isMassChange(shrunk)
          ? t('shrunk.massChange', 'Unusually many resources were deleted or changed since the last full backup')
          : t('shrunk.title', 'Much of the last full backup is missing from this one')
      }
      bottomSpacing={0}
    >
      <Stack direction="column" gap={1}>
        <ul>
          {shrunk.losses.map((loss) => (
            <li key={`${loss.org} ${loss.kind}`}>{lossText(loss)}</li>
          ))}
          {shrunk.overwritten?.map((one) => (
            <li key={`≠ ${one.org} ${one.kind}`}>{overwrittenText(one)}</li>
          ))}
        </ul>
        {lastRestore?.finished !== undefined && lastRestore.finished > newest.time && (
          <Text element="p">
            {t(
              'shrunk.restoredSince',
              'A restore ended {{ago}}, after this backup. To see what is still missing, back up now.',
              { ago: formatRelative(lastRestore.finished) },
            )}
          </Text>
        )}
        <Stack gap={1} wrap="wrap">
          <LinkButton size="sm" variant="secondary" href={routes.snapshot(shrunk.since)}>
            {t('shrunk.open', 'Open the last full backup')}
          </LinkButton>
          <PutBack {...lostIn(shrunk, newest.id)} />
          {caller.home && (
            <Button
              size="sm"
              variant="secondary"
              disabled={start.isPending}
              onClick={() => start.mutate({ kind: 'backup', acceptLoss: newest.id })}
            >
              {isMassChange(shrunk)
                ? t('shrunk.intended', 'This was intended: back up and accept')
                : t('shrunk.accept', 'The deletion was intended: back up and accept')}
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

function overwrittenText({ org, kind, before, changed }: Overwritten): string {
  const given = { what: kindLabel(kind), changed: formatNumber(changed), before: formatNumber(before) };
  return org === undefined
    ? t('shrunk.overwritten', '{{what}}: {{changed}} of {{before}} changed', given)
    : t('shrunk.overwrittenInOrg', '{{what}} of organization {{org}}: {{changed}} of {{before}} changed', {
        ...given,
        org,
      });
}
