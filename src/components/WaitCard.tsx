import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Stack, Text, useStyles2 } from '@grafana/ui';
import type { ReactNode } from 'react';
import type { Progress } from '../../pkg/contract/runs.ts';
import { StepFigures } from './StepFigures.tsx';
import { cardStyle } from '../lib/styles.ts';

interface WaitCardProps {
  title: string;
  /** What the wait is for, where the title does not say it. */
  text?: string;
  progress: Progress | undefined;
  /** Ends the wait. */
  action: ReactNode;
  /** More about it, below how far it is. */
  children?: ReactNode;
}

/** Something that takes a while: what it is for, how far it is, and the way out. */
export function WaitCard({ title, text, progress, action, children }: WaitCardProps) {
  const styles = useStyles2(getStyles);
  return (
    <section className={styles.card} aria-label={title}>
      <Stack justifyContent="space-between" alignItems="center" gap={2} wrap="wrap">
        <Text element="h2" variant="h5">
          {title}
        </Text>
        {action}
      </Stack>
      {text !== undefined && <Text color="secondary">{text}</Text>}
      {progress && <StepFigures progress={progress} label={title} />}
      {children}
    </section>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  card: css({
    ...cardStyle(theme),
    gap: theme.spacing(1.5),
    background: theme.colors.background.secondary,
    borderColor: theme.colors.primary.border,
  }),
});
