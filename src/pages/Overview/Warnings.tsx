import { Alert, LinkButton, Stack } from '@grafana/ui';
import type { Status } from '../../../pkg/contract/api/status.ts';
import { ProblemAlert } from '../../components/problems/ProblemAlert.tsx';
import { t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';

/** What is wrong now, each with what to do about it; the same problem is said once. */
export function Warnings({ status }: { status: Status }) {
  const failure = status.protection === 'failed' ? status.lastBackup?.failure : undefined;
  const problems = [
    failure,
    status.target.problem,
    status.token.problem,
    status.grafana.problem,
    ...status.warnings,
  ].filter((problem) => problem !== undefined);
  const once = [...new Map(problems.map((problem) => [problem.code + problem.message, problem])).values()];
  const partial = status.protection === 'partial' ? status.lastBackup : undefined;
  if (once.length === 0 && partial === undefined) {
    return null;
  }
  return (
    <section aria-label={t('overview.warnings', 'What needs your attention')}>
      <Stack direction="column" gap={1}>
        {partial && (
          <Alert
            severity="warning"
            title={t('overview.partialTitle', 'Some resources are missing from the last backup')}
            bottomSpacing={0}
          >
            <LinkButton size="sm" variant="secondary" href={routes.run(partial.id)}>
              {t('overview.partialLink', 'Show which ones, and why')}
            </LinkButton>
          </Alert>
        )}
        {once.map((problem) => (
          <ProblemAlert key={problem.code + problem.message} severity="warning" problem={problem} />
        ))}
      </Stack>
    </section>
  );
}
