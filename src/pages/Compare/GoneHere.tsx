import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Stack, Text, useStyles2 } from '@grafana/ui';
import { GoneList } from '../../components/resources/GoneList.tsx';
import { RestoreButton } from '../../components/resources/RestoreButton.tsx';
import { useGone } from '../../data/useGone.ts';
import { t } from '../../lib/i18n.ts';
import { cardStyle } from '../../lib/styles.ts';

/** What the later side lacks, with the way back. The list of differences below says when the comparison failed. */
export function GoneHere({ from, to }: { from: string; to: string }) {
  const styles = useStyles2(getStyles);
  const { data: gone } = useGone(from, to);
  if (gone === undefined || gone.length === 0) {
    return null;
  }
  return (
    <section className={styles.card} aria-labelledby="dashkeep-gone">
      <Stack justifyContent="space-between" alignItems="center" gap={2} wrap="wrap">
        <Text element="h2" variant="h5" id="dashkeep-gone">
          {to === 'live' ? t('gone.now', 'No longer in Grafana') : t('gone.later', 'Missing from the later snapshot')}
        </Text>
        {gone.length > 1 && (
          <RestoreButton size="sm" request={{ snapshot: from, selection: { type: 'everything' } }}>
            {t('gone.all', 'Restore all missing resources')}
          </RestoreButton>
        )}
      </Stack>
      <GoneList gone={gone} label={t('gone.list', 'Deleted resources')} />
    </section>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  card: css({ ...cardStyle(theme), padding: theme.spacing(2, 2, 1), background: theme.colors.background.secondary }),
});
