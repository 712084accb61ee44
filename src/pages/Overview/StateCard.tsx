import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Box, Icon, LinkButton, Text, TextLink, useStyles2 } from '@grafana/ui';
import { useContext, type ReactNode } from 'react';
import type { Status } from '../../../pkg/contract/api/status.ts';
import { CoverageLine } from '../../components/CoverageLine.tsx';
import { RelativeTime } from '../../components/RelativeTime.tsx';
import { runLabel, statusLabel } from '../../components/StatusBadge.tsx';
import { OutageContext } from '../../data/useOutage.ts';
import { resourcesText } from '../../lib/resources/count.ts';
import { formatBytes, formatMoment, formatNumber, formatPlace, formatRelative } from '../../lib/format.ts';
import { labelled, plural, t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';
import { verdictOf } from './protection.ts';
import { TONE_ICONS, type Verdict } from './verdict.ts';
import { cardStyle } from '../../lib/styles.ts';

/** The verdict in large letters, with the facts that people ask for next. */
export function StateCard({ status }: { status: Status }) {
  const verdict = verdictOf(status);
  const styles = useStyles2(getStyles, verdict.tone);
  const { running, target } = status;
  const isEncrypted = target.newestEncrypted ?? target.encrypted;
  const isAway = useContext(OutageContext) !== undefined;
  const next = status.schedules.find((schedule) => schedule.job === 'backup')?.next[0];
  return (
    <section className={styles.card} aria-label={t('overview.state', 'Protection')}>
      <div className={styles.verdict} role="status">
        <span className={styles.icon}>
          <Icon name={verdict.icon ?? TONE_ICONS[verdict.tone]} size="xxxl" />
        </span>
        <div>
          <Text element="h2" variant="h2">
            {verdict.title}
          </Text>
          <Text element="p" color="secondary">
            {verdict.text}
          </Text>
          <CoverageLine coverage={status.coverage} />
          {status.protection === 'uncovered' && (
            <Box marginTop={1}>
              <LinkButton size="sm" variant="secondary" href={routes.settings('scope')}>
                {t('overview.chooseScope', 'Choose what is backed up')}
              </LinkButton>
            </Box>
          )}
        </div>
      </div>
      <dl className={styles.facts}>
        <Fact label={t('overview.next', 'Next backup')}>
          {isAway ? (
            '–'
          ) : running?.kind === 'backup' && running.status === 'running' ? (
            t('overview.runningNow', 'Running now')
          ) : next === undefined ? (
            t('overview.noSchedule', 'No schedule')
          ) : (
            <time dateTime={next} title={formatMoment(next)}>
              {formatRelative(next)}
            </time>
          )}
        </Fact>
        <Fact label={t('overview.snapshots', 'Snapshots kept')}>
          {status.snapshots === undefined ? '–' : formatNumber(status.snapshots)}
          {status.caller.home && status.snapshots !== 0 && (
            <Text element="p" color="secondary" variant="bodySmall">
              {verifiedText(status.lastVerify)} ·{' '}
              <TextLink href={routes.readiness()}>{t('readiness.title', 'Readiness')}</TextLink>
            </Text>
          )}
        </Fact>
        <Fact label={t('overview.size', 'Latest snapshot size')}>
          {status.newest === undefined ? '–' : formatBytes(status.newest.bytes)}
        </Fact>
        <Fact label={t('overview.lastRestore', 'Last restore')}>
          <LastRestore run={status.lastRestore} />
        </Fact>
        <Fact label={t('overview.target', 'Stored in')}>
          {placeOf(status)}
          {isEncrypted !== undefined && <Encryption encrypted={isEncrypted} />}
          {status.copy && (
            <Text element="p" color="secondary" variant="bodySmall">
              {copyText(status.copy, status.newest)}
            </Text>
          )}
        </Fact>
      </dl>
    </section>
  );
}

/** Whether what is stored was checked. */
function verifiedText(run: Status['lastVerify']): string {
  if (run === undefined) {
    return t('overview.notVerified', 'Not all verified yet');
  }
  return run.status === 'complete'
    ? t('overview.verified', 'Verified {{ago}}', { ago: formatRelative(run.started) })
    : labelled(runLabel(run), statusLabel(run.status));
}

/** Where backups go concerns all organizations; the others learn who knows it. */
function placeOf({ target, caller }: Status): string {
  return (
    formatPlace(target.description) ||
    (caller.home ? '–' : t('overview.targetElsewhere', 'A target of the home organization'))
  );
}

/** Where the second copy is, and whether it is as new as the backups, if there are any. */
function copyText({ description, current }: NonNullable<Status['copy']>, newest: Status['newest']): string {
  const place = labelled(t('run.copy', 'Second copy'), formatPlace(description));
  if (newest === undefined) {
    return place;
  }
  const state = current
    ? t('overview.copyCurrent', 'up to date')
    : t('overview.copyBehind', 'without the latest backup');
  return `${place}, ${state}`;
}

/** When, who asked for it, how much, and how it ended if that was not well. */
function LastRestore({ run }: { run: Status['lastRestore'] }) {
  if (run === undefined) {
    return t('overview.noRestore', 'None yet');
  }
  const { id, started, by, planned, status, counts, trigger } = run;
  return (
    <>
      <TextLink href={routes.run(id)}>
        <RelativeTime time={started} />
      </TextLink>
      <Text element="p" color="secondary" variant="bodySmall">
        {[
          trigger === 'undo' && runLabel(run),
          by,
          planned !== undefined && extentOf(planned, status === 'complete' ? undefined : doneOf(counts)),
          status !== 'complete' && statusLabel(status).toLowerCase(),
        ]
          .filter(Boolean)
          .join(', ')}
      </Text>
    </>
  );
}

function extentOf(planned: number, done: number | undefined): string {
  return done === undefined
    ? resourcesText(planned)
    : plural('overview.restoredOf', planned, '{{done}} of {{number}} resource', '{{done}} of {{number}} resources', {
        done: formatNumber(done),
      });
}

/** The number of restored resources: from the results, or from the counts of a restore that ended early. */
function doneOf({ written, verified, deleted = 0 }: Record<string, number>): number | undefined {
  return written ?? (verified === undefined ? undefined : verified + deleted);
}

function Encryption({ encrypted }: { encrypted: boolean }) {
  return (
    <Text element="p" color="secondary" variant="bodySmall">
      <Icon name={encrypted ? 'lock' : 'unlock'} size="sm" />{' '}
      <span>{encrypted ? t('overview.encrypted', 'Encrypted') : t('overview.notEncrypted', 'Not encrypted')}</span>
    </Text>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>
        <Text variant="bodySmall" color="secondary">
          {label}
        </Text>
      </dt>
      <dd>{children}</dd>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2, tone: Verdict['tone']) => ({
  card: css({
    ...cardStyle(theme),
    gap: theme.spacing(3),
    padding: theme.spacing(3),
    background: theme.colors.background.secondary,
    borderLeft: `${theme.spacing(0.5)} solid ${theme.colors[tone].main}`,
  }),
  verdict: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(2) }),
  icon: css({
    display: 'flex',
    padding: theme.spacing(1.5),
    color: theme.colors[tone].text,
    background: theme.colors[tone].transparent,
    borderRadius: theme.shape.radius.circle,
  }),
  facts: css({
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(160px, 1fr))',
    [theme.breakpoints.up('lg')]: { gridTemplateColumns: 'repeat(4, minmax(0, 1fr)) minmax(0, 2fr)' },
    gap: theme.spacing(2, 3),
    margin: 0,
    '& dd': { margin: 0, fontWeight: theme.typography.fontWeightMedium, overflowWrap: 'anywhere' },
  }),
});
