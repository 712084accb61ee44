import { css } from '@emotion/css';
import type { GrafanaTheme2, IconName } from '@grafana/data';
import { Alert, Icon, Stack, Text, useStyles2 } from '@grafana/ui';
import { useEffect, useReducer } from 'react';
import type { CheckStep } from '../../../pkg/contract/api/settings.ts';
import { ProblemText } from '../../components/problems/ProblemAlert.tsx';
import { ProgressBar } from '../../components/ProgressBar.tsx';
import { ServiceWords } from '../../components/problems/ServiceWords.tsx';
import type { useCheckTarget } from '../../data/useSettings.ts';
import { checkStepLabel } from '../../lib/checkSteps.ts';
import { formatDuration } from '../../lib/format.ts';
import { labelled, t } from '../../lib/i18n.ts';
import { explainProblem } from '../../lib/problems/problems.ts';
import { findingsText, hintsText } from '../../lib/catalogue/reasons.ts';
import { FormError } from './FormError.tsx';

const ICONS: Record<CheckStep['status'], IconName> = {
  ok: 'check-circle',
  warning: 'exclamation-triangle',
  failed: 'exclamation-circle',
  skipped: 'minus-circle',
};

interface Props {
  check: Omit<ReturnType<typeof useCheckTarget>, 'cancel'>;
  /** Whether the target is saved as soon as the check passes. */
  isToBeSaved: boolean;
}

/** What was tried with the target, step by step, and what to do about the one that failed. */
export function CheckResult({ check, isToBeSaved }: Props) {
  const styles = useStyles2(getStyles);
  if (check.isPending) {
    return <Testing isToBeSaved={isToBeSaved} />;
  }
  if (check.error !== null) {
    return <FormError error={check.error} {...(isToBeSaved ? { sentAt: check.submittedAt } : {})} />;
  }
  if (check.data === undefined) {
    return null;
  }
  const { ok, steps, resolved } = check.data;
  return (
    <section aria-label={t('target.check', 'Check')}>
      <Alert
        severity={ok ? 'success' : 'error'}
        title={ok ? t('check.ok', 'The target works') : t('check.failed', 'The target does not work yet')}
      >
        {!ok && t('check.failedText', 'Until the cause is resolved, every backup to this target fails.')}
      </Alert>
      <ol className={styles.list}>
        {steps.map((step) => (
          <li key={step.step} className={styles.step}>
            <span className={styles[step.status]}>
              <Icon name={ICONS[step.status]} title={statusLabel(step.status)} />
            </span>
            <div>
              <Text weight="medium">{checkStepLabel(step.step)}</Text> <StepText step={step} />
            </div>
          </li>
        ))}
      </ol>
      {resolved.length > 0 && (
        <Text color="secondary" variant="bodySmall">
          {resolved.map((part) => labelled(part.name, `${part.value || '–'} (${part.source})`)).join(' · ')}
        </Text>
      )}
    </section>
  );
}

/** While a check runs: for how long, and what follows. */
function Testing({ isToBeSaved }: Pick<Props, 'isToBeSaved'>) {
  const [seconds, count] = useReducer((before: number) => before + 1, 0);
  useEffect(() => {
    const timer = setInterval(count, 1_000);
    return () => clearInterval(timer);
  }, []);
  const title = t('check.running', 'Checking the target…');
  return (
    <section aria-label={title}>
      <Stack direction="column" gap={1}>
        <span role="status">
          {title} {isToBeSaved && t('check.thenSaved', 'If the target works, it is saved.')}
        </span>
        <ProgressBar label={title} done={0} total={undefined} />
        {seconds > 0 && <Text color="secondary">{formatDuration(seconds * 1_000)}</Text>}
      </Stack>
    </section>
  );
}

/** What failed is explained by its code; the rest shows what was found. */
function StepText({ step }: { step: CheckStep }) {
  const time =
    step.milliseconds === undefined || step.status === 'skipped' ? '' : ` (${formatDuration(step.milliseconds)})`;
  const hints = hintsText(step.hints);
  if (step.code === undefined) {
    return (
      <>
        <Text color="secondary">
          {findingsText(step)}
          {time}
        </Text>
        {step.hint !== '' && <div>{hints ?? <ServiceWords>{step.hint}</ServiceWords>}</div>}
      </>
    );
  }
  const problem = explainProblem({ code: step.code, message: step.detail, hint: step.hint });
  const explained = hints === undefined ? problem : { ...problem, advice: hints, detail: step.detail };
  return (
    <>
      <Text color="secondary">
        {explained.title}
        {time}
      </Text>
      <ProblemText explained={explained} />
    </>
  );
}

function statusLabel(status: CheckStep['status']): string {
  const labels: Record<CheckStep['status'], string> = {
    ok: t('check.statusOk', 'OK'),
    warning: t('check.statusWarning', 'OK, with a warning'),
    failed: t('check.statusFailed', 'Failed'),
    skipped: t('check.statusSkipped', 'Skipped'),
  };
  return labels[status];
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({
    listStyle: 'none',
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(1),
    marginBottom: theme.spacing(1),
  }),
  step: css({ display: 'flex', gap: theme.spacing(1), overflowWrap: 'anywhere' }),
  ok: css({ color: theme.colors.success.text }),
  warning: css({ color: theme.colors.warning.text }),
  failed: css({ color: theme.colors.error.text }),
  skipped: css({ color: theme.colors.text.secondary }),
});
