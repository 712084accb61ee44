import { Alert, LinkButton, Stack } from '@grafana/ui';
import { useRun } from '../../../data/useRuns.ts';
import { t } from '../../../lib/i18n.ts';
import { routes } from '../../../lib/routes.ts';

/** Says that an undo keeps what an earlier run of the same restore changed before it ended early. */
export function EarlierPart({ undoes }: { undoes: string | undefined }) {
  const earlier = useRun(undoes).data?.finishes;
  return (
    earlier !== undefined && (
      <Alert severity="warning" title={t('undo.part', 'This undo covers only part of the changes')}>
        <Stack direction="column" gap={1} alignItems="flex-start">
          {t(
            'undo.partText',
            'An earlier run did not finish, and a later run completed it. This undo covers only the later run. To undo everything, then undo the earlier run, too.',
          )}
          <LinkButton variant="secondary" href={routes.run(earlier)}>
            {t('undo.partOpen', 'Open the earlier run')}
          </LinkButton>
        </Stack>
      </Alert>
    )
  );
}
