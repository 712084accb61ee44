import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { ClipboardButton, Tab, TabsBar, Text, TextLink, useStyles2 } from '@grafana/ui';
import { useState } from 'react';
import { t } from '../lib/i18n.ts';
import { COMPOSE, GUIDE, HELM } from './snippets.ts';

/** What to run, to copy. */
export function Install() {
  const styles = useStyles2(getStyles);
  const [way, setWay] = useState<'helm' | 'compose'>('helm');
  const snippet = way === 'helm' ? HELM : COMPOSE;
  return (
    <section aria-labelledby="dashkeep-install" className={styles.section}>
      <Text element="h2" variant="h4" id="dashkeep-install">
        {t('install.title', 'Install the service')}
      </Text>
      <TabsBar>
        <Tab label="Kubernetes" active={way === 'helm'} onChangeTab={() => setWay('helm')} />
        <Tab label="Docker Compose" active={way === 'compose'} onChangeTab={() => setWay('compose')} />
      </TabsBar>
      <Text color="secondary">
        {way === 'helm'
          ? t(
              'install.helm',
              'Reads the admin Secret of your Grafana, creates its own token, and connects this app. The last command restarts Grafana. If Grafana has no persistent storage, it then loses its content.',
            )
          : t('install.compose', 'Runs next to your Grafana container, with its admin password.')}{' '}
        <TextLink href={GUIDE[way]} external>
          {t('install.guide', 'Guide with all steps')}
        </TextLink>
      </Text>
      {/* A scrolled region must be reachable by keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre className={styles.code} tabIndex={0}>
        {snippet}
      </pre>
      <div>
        <ClipboardButton variant="secondary" size="sm" icon="copy" getText={() => snippet}>
          {t('install.copy', 'Copy')}
        </ClipboardButton>
      </div>
    </section>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  section: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(1) }),
  code: css({ margin: 0, padding: theme.spacing(2), overflowX: 'auto', whiteSpace: 'pre' }),
});
