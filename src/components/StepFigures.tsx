import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import type { Progress } from '../../pkg/contract/runs.ts';
import { formatNumber } from '../lib/format.ts';
import { t } from '../lib/i18n.ts';
import { phaseLabel, timeLeft } from '../lib/phases.ts';
import { ProgressBar } from './ProgressBar.tsx';

/** The step that something is at, how far it is, and for how long still. Without a total the bar only moves. */
export function StepFigures({ progress, label }: { progress: Progress; label: string }) {
  const styles = useStyles2(getStyles);
  const { phase, rate, step } = progress;
  const { done, ...counted } = step ?? progress;
  const left = timeLeft(progress);
  // Where there is nothing to count, no figure says how far it is.
  const total = counted.total === 0 ? undefined : counted.total;
  const name = phaseLabel(phase);
  return (
    <>
      <span>
        {step === undefined || step.of === 1
          ? name
          : t('progress.step', 'Step {{number}} of {{of}}: {{name}}', { number: step.number, of: step.of, name })}
      </span>
      <ProgressBar label={label} done={done} total={total} />
      <Spoken title={label} name={name} done={done} total={total} />
      <div className={styles.figures}>
        {(total !== undefined || done > 0) && <span>{amount(done, total)}</span>}
        {rate !== undefined && rate > 0 && (
          <span>{t('progress.rate', '{{rate}} per second', { rate: formatNumber(Math.round(rate)) })}</span>
        )}
        {left !== undefined && <span>{left}</span>}
      </div>
    </>
  );
}

interface SpokenProps {
  title: string;
  name: string;
  done: number;
  total: number | undefined;
}

/** How far it is for those who listen: in tenths, as every single step would be too much to hear. */
function Spoken({ title, name, done, total }: SpokenProps) {
  const tenths = total === undefined || total === 0 ? undefined : Math.floor((done / total) * 10) * 10;
  return (
    <span role="status" className="sr-only">
      {tenths === undefined
        ? t('progress.spokenPhase', '{{title}}: {{name}}', { title, name })
        : t('progress.spoken', '{{title}}, {{percent}} percent', { title, percent: tenths })}
    </span>
  );
}

/** What is done, of how many where that is known: without that, it still grows. */
export function amount(done: number, total: number | undefined): string {
  return total === undefined
    ? t('progress.soFar', '{{done}} so far', { done: formatNumber(done) })
    : t('progress.of', '{{done}} of {{total}}', { done: formatNumber(done), total: formatNumber(total) });
}

const getStyles = (theme: GrafanaTheme2) => ({
  figures: css({
    display: 'flex',
    flexWrap: 'wrap',
    gap: theme.spacing(0.5, 3),
    color: theme.colors.text.secondary,
    fontFeatureSettings: '"tnum"',
  }),
});
