import { css } from '@emotion/css';
import type { GrafanaTheme2, IconName } from '@grafana/data';
import { Button, type BadgeColor, Stack, Text, useStyles2 } from '@grafana/ui';
import type { Confirmable, ReadinessItem, ReadinessLevel, ReadinessLine } from '../../../pkg/contract/api/readiness.ts';
import { LabelBadge } from '../../components/LabelBadge.tsx';
import { SettingsLink } from '../../components/problems/SettingsLink.tsx';
import { RelativeTime } from '../../components/RelativeTime.tsx';
import { findingsText, hintsText, reasonText } from '../../lib/catalogue/reasons.ts';
import { settingsGuide } from '../../lib/catalogue/guides.ts';
import { labelled, t } from '../../lib/i18n.ts';
import { kindLabel } from '../../lib/kinds.ts';
import { whoMay } from '../../lib/permissions.ts';
import { PutBack, type Lost } from '../Overview/PutBack.tsx';

const LOOKS: Record<ReadinessLevel, [color: BadgeColor, icon: IconName]> = {
  ok: ['green', 'check'],
  warning: ['orange', 'exclamation-triangle'],
  bad: ['red', 'exclamation-circle'],
  unknown: ['darkgrey', 'question-circle'],
};

export function levelLabel(level: ReadinessLevel): string {
  const labels: Record<ReadinessLevel, string> = {
    ok: t('readiness.ok', 'OK'),
    warning: t('readiness.warning', 'Warning'),
    bad: t('readiness.bad', 'Bad'),
    unknown: t('readiness.unknown', 'Unknown'),
  };
  return labels[level];
}

export function subjectText({ code, subject }: ReadinessLine): string {
  return reasonText({ reason: code, ...subject });
}

export function evidenceText(line: ReadinessLine): string {
  return findingsText(line);
}

export function adviceText({ hint, hints }: ReadinessLine): string {
  return hint === '' ? '' : (hintsText(hints) ?? hint);
}

export function itemText({ kind, uid, title, detail }: ReadinessItem): string {
  return kind === 'plugin' ? `${title} (${uid}) ${detail}` : labelled(kindLabel(kind), `${title}, ${detail}`);
}

/** Runs that give the evidence which a line lacks. */
const RUNS: Partial<Record<ReadinessLine['code'], 'backup' | 'verify' | 'drill'>> = {
  backup: 'backup',
  verification: 'verify',
  'restore-test': 'drill',
};

function buttonText(code: ReadinessLine['code']): string {
  const texts: Partial<Record<ReadinessLine['code'], string>> = {
    backup: t('overview.backupNow', 'Back up now'),
    verification: t('readiness.verify', 'Verify now'),
    'restore-test': t('readiness.test', 'Test a restore now'),
  };
  return texts[code] ?? t('readiness.confirm', 'Confirm');
}

interface Props {
  line: ReadinessLine;
  /** What the newest backup lacks: the backups to compare. */
  loss?: Lost | undefined;
  isBusy: boolean;
  /** Whether a run is in progress: another can start once it has ended. */
  isRunning: boolean;
  isHome: boolean;
  onConfirm: (line: Confirmable) => void;
  onRun: (kind: 'backup' | 'verify' | 'drill') => void;
}

/** One thing that a recovery depends on: how it is, since when, how that is known, and what to do. */
export function Line({ line, loss, isBusy, isRunning, isHome, onConfirm, onRun }: Props) {
  const styles = useStyles2(getStyles);
  const { level, at, code, confirmable, items = [] } = line;
  const [color, icon] = LOOKS[level];
  const advice = adviceText(line);
  const run = RUNS[code];
  const lost = line.hints.some(({ code: hint }) => hint === 'ready-judge-loss') ? loss : undefined;
  const isForHome = run !== undefined && run !== 'backup' && !isHome;
  return (
    <li className={styles.line}>
      <div className={styles.level}>
        <LabelBadge color={color} icon={icon} text={levelLabel(level)} />
      </div>
      <div className={styles.text}>
        <Text element="h2" variant="h5">
          {subjectText(line)}
        </Text>
        <div>
          {evidenceText(line)}
          {at !== undefined && (
            <Text color="secondary">
              {' · '}
              <RelativeTime time={at} />
            </Text>
          )}
        </div>
        {items.length > 0 && (
          <ul className={styles.items}>
            {items.map((item) => (
              <li key={`${item.org} ${item.kind} ${item.uid} ${item.detail}`}>{itemText(item)}</li>
            ))}
          </ul>
        )}
        {advice !== '' && <div>{advice}</div>}
        {advice !== '' && <SettingsLink href={settingsGuide(line.hints)} />}
        {isForHome && level !== 'ok' && <Text color="secondary">{whoMay('home')}</Text>}
        {(confirmable || run !== undefined) && !isForHome && (level !== 'ok' || run === 'drill') && (
          <Stack gap={1} wrap="wrap">
            {lost === undefined ? (
              <Button
                size="sm"
                variant="secondary"
                icon={run === undefined ? 'check' : 'play'}
                disabled={isBusy || (run !== undefined && isRunning)}
                onClick={() => (run === undefined ? onConfirm(code as Confirmable) : onRun(run))}
              >
                {buttonText(code)}
              </Button>
            ) : (
              <PutBack {...lost} />
            )}
          </Stack>
        )}
      </div>
    </li>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  line: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(1), breakInside: 'avoid' }),
  level: css({ width: 110 }),
  text: css({
    flex: '1 1 300px',
    minWidth: 0,
    overflowWrap: 'anywhere',
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(0.5),
  }),
  items: css({
    paddingLeft: theme.spacing(2),
    maxHeight: 200,
    overflowY: 'auto',
    '@media print': { maxHeight: 'none' },
  }),
});
