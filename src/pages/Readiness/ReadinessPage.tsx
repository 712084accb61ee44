import { lostIn, type Lost } from '../Overview/PutBack.tsx';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Alert, Button, LinkButton, Stack, useStyles2 } from '@grafana/ui';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import type { Readiness, ReadinessLine } from '../../../pkg/contract/api/readiness.ts';
import type { Status } from '../../../pkg/contract/api/status.ts';
import { csvOf } from '../../../pkg/contract/api/csv.ts';
import { AppPage } from '../../components/AppPage.tsx';
import { ServiceNotice } from '../../components/problems/ServiceNotice.tsx';
import { QueryView } from '../../components/QueryView.tsx';
import { RunProgress } from '../../components/RunProgress.tsx';
import { isOccupying, useStartRun } from '../../data/useRuns.ts';
import { useConfirmReadiness, useReadiness, useRecoveryKit, useStatus } from '../../data/useStatus.ts';
import { formatTime } from '../../lib/format.ts';
import { t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';
import { saveFile } from '../../lib/saveFile.ts';
import { ReportDialog } from './ReportDialog.tsx';
import { adviceText, evidenceText, itemText, levelLabel, Line, subjectText } from './Line.tsx';

/** Whether a recovery would work today, with evidence to show to others. */
export function ReadinessPage() {
  const query = useReadiness();
  const confirm = useConfirmReadiness();
  const kit = useRecoveryKit();
  const start = useStartRun();
  const navigate = useNavigate();
  const status = useStatus().data;
  const isHome = status?.caller.home === true;
  const [isReporting, setIsReporting] = useState(false);
  const styles = useStyles2(getStyles);
  const { data } = query;
  return (
    <AppPage
      pageNav={{ text: t('readiness.title', 'Readiness'), url: routes.readiness() }}
      subTitle={t('readiness.subtitle', 'Whether a recovery would work today, with evidence.')}
      actions={
        data && (
          <>
            <Button variant="secondary" icon="file-alt" onClick={() => print()}>
              {t('readiness.print', 'Print')}
            </Button>
            <Button variant="secondary" icon="download-alt" onClick={() => save(data)}>
              {t('readiness.csv', 'Download CSV')}
            </Button>
            {status?.fleet && (
              <LinkButton variant="secondary" icon="sitemap" href={routes.fleet()}>
                {t('fleet.title', 'All installations')}
              </LinkButton>
            )}
            {isHome && (
              <>
                <Button variant="secondary" icon="calendar-alt" onClick={() => setIsReporting(true)}>
                  {t('readiness.report', 'Report')}
                </Button>
                <Button variant="secondary" icon="shield" disabled={kit.isPending} onClick={() => kit.mutate()}>
                  {t('readiness.kit', 'Recovery kit')}
                </Button>
              </>
            )}
          </>
        )
      }
    >
      {confirm.error !== null && <ServiceNotice error={confirm.error} />}
      {kit.error !== null && <ServiceNotice error={kit.error} />}
      {start.error !== null && !status?.running && <ServiceNotice error={start.error} />}
      {status?.running && <RunProgress run={status.running} />}
      {isReporting && <ReportDialog onDismiss={() => setIsReporting(false)} />}
      <QueryView query={query}>
        {(report) => (
          <section aria-label={t('readiness.title', 'Readiness')} className={styles.report}>
            <Verdict report={report} isChecking={query.isFetching} onCheck={() => void query.refetch()} />
            <ul className={styles.list}>
              {report.evidence.map((line) => (
                <Line
                  key={line.code}
                  line={line}
                  loss={lossIn(status)}
                  isBusy={confirm.isPending || start.isPending}
                  isRunning={isOccupying(status?.running)}
                  isHome={isHome}
                  onConfirm={confirm.mutate}
                  onRun={(kind) => start.mutate({ kind }, { onSuccess: ({ id }) => void navigate(routes.run(id)) })}
                />
              ))}
            </ul>
          </section>
        )}
      </QueryView>
    </AppPage>
  );
}

function lossIn({ shrunk, newest }: Partial<Status> = {}): Lost | undefined {
  return shrunk && newest && lostIn(shrunk, newest.id);
}

interface VerdictProps {
  report: Readiness;
  isChecking: boolean;
  onCheck: () => void;
}

function Verdict({ report: { level, time }, isChecking, onCheck }: VerdictProps) {
  const [severity, title] = (
    {
      ready: ['success', t('readiness.ready', 'A recovery would work today')],
      attention: ['warning', t('readiness.attention', 'Some evidence that a recovery would work is missing')],
      'not-ready': ['error', t('readiness.notReady', 'A recovery would fail or lose something')],
    } as const
  )[level];
  return (
    <Alert severity={severity} title={title}>
      <Stack direction="column" gap={1} alignItems="flex-start">
        {t('readiness.checked', 'Checked {{time}}', { time: formatTime(time) })}
        <Button size="sm" variant="secondary" icon="sync" disabled={isChecking} onClick={onCheck}>
          {t('readiness.again', 'Check again')}
        </Button>
      </Stack>
    </Alert>
  );
}

function save({ evidence, time }: Readiness): void {
  const head = [
    t('readiness.columnLine', 'Check'),
    t('readiness.columnLevel', 'Level'),
    t('readiness.columnSince', 'Since'),
    t('readiness.columnEvidence', 'Evidence'),
    t('readiness.columnAdvice', 'Advice'),
  ];
  const row = (line: ReadinessLine): string[][] => [
    [subjectText(line), levelLabel(line.level), line.at ?? '', evidenceText(line), adviceText(line)],
    ...(line.items ?? []).map((item) => [subjectText(line), '', '', itemText(item), '']),
  ];
  saveFile(`readiness-${time.slice(0, 10)}.csv`, 'text/csv', csvOf([head, ...evidence.flatMap(row)]));
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({ listStyle: 'none', display: 'flex', flexDirection: 'column', gap: theme.spacing(2) }),
  // On paper there is the report alone, in black.
  report: css({
    '@media print': {
      // One rule each: emotion fills in the first of a list only.
      'html:has(&)': { background: 'white !important' },
      'body:has(&)': { background: 'white !important' },
      'body:has(&) *': { visibility: 'hidden' },
      '&&&, &&& *': { visibility: 'visible', color: 'black', background: 'none' },
      '&&&': { position: 'absolute', inset: '0 0 auto 0' },
      '&&& button': { display: 'none' },
    },
  }),
});
