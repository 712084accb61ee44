import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { LinkButton, Stack, Text, useStyles2 } from '@grafana/ui';
import { GoneList } from './GoneList.tsx';
import { QueryView } from '../QueryView.tsx';
import { useGoneLately } from '../../data/useGone.ts';
import { distinctTimes } from '../../lib/format.ts';
import { t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';

/** What was deleted within the last day, and the way to what was deleted since the last backup. */
export function GoneLately({ newest, lastRestore }: { newest: string; lastRestore: string | undefined }) {
  const lately = useGoneLately(newest, lastRestore);
  const styles = useStyles2(getStyles);
  return (
    <section aria-labelledby="dashkeep-gone">
      <Stack justifyContent="space-between" alignItems="center" gap={2} wrap="wrap">
        <Text element="h2" variant="h4" id="dashkeep-gone">
          {t('gone.title', 'Deleted in the last 24 hours')}
        </Text>
        <LinkButton variant="secondary" size="sm" icon="code-branch" href={routes.compareNow(newest)}>
          {t('gone.find', 'Find deletions since the last backup')}
        </LinkButton>
      </Stack>
      <div className={styles.content}>
        <QueryView query={lately}>
          {({ gone, isFirst, times }) =>
            gone.length === 0 ? (
              <Text color="secondary">
                {isFirst
                  ? t('latestChanges.first', 'There is no earlier backup to compare with.')
                  : t(
                      'gone.none',
                      'Nothing deleted between the backups of the last 24 hours is still missing. Later deletions are not included.',
                    )}
              </Text>
            ) : (
              <GoneList
                gone={gone}
                label={t('gone.title', 'Deleted in the last 24 hours')}
                timeText={distinctTimes(times)}
              />
            )
          }
        </QueryView>
      </div>
    </section>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({ content: css({ marginTop: theme.spacing(1) }) });
