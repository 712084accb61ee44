import { Alert, Stack } from '@grafana/ui';
import type { ReactNode } from 'react';
import type { Problem } from '../../../pkg/contract/api/common.ts';
import { explainProblem, type ExplainedProblem } from '../../lib/problems/problems.ts';
import { SettingsLink } from './SettingsLink.tsx';
import { ServiceWords } from './ServiceWords.tsx';

interface Props {
  problem: Problem;
  severity: 'error' | 'warning';
  /** What can be done from here. */
  children?: ReactNode;
}

/** What is wrong, and what to do about it. */
export function ProblemAlert({ problem, severity, children }: Props) {
  const explained = explainProblem(problem);
  return (
    <Alert severity={severity} title={explained.title} bottomSpacing={0}>
      <ProblemText explained={explained} />
      {children}
    </Alert>
  );
}

/** The facts, then what to do. */
export function ProblemText({ explained: { advice, fact = '', detail, guide } }: { explained: ExplainedProblem }) {
  return (
    <Stack direction="column" gap={0.5}>
      {fact !== '' && <span>{fact}</span>}
      {detail !== '' && <ServiceWords>{detail}</ServiceWords>}
      {advice !== '' && <span>{advice}</span>}
      {advice !== '' && <SettingsLink href={guide} />}
    </Stack>
  );
}
