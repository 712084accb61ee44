import { Alert, LinkButton, Stack } from '@grafana/ui';
import type { Problem } from '../../../pkg/contract/api/common.ts';
import type { Status } from '../../../pkg/contract/api/status.ts';
import { ProblemAlert } from '../../components/problems/ProblemAlert.tsx';
import { TargetLink } from '../../components/problems/TargetLink.tsx';
import { t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';

/** What is wrong now, each with what to do about it; the same problem is said once. */
export function Warnings({ status }: { status: Status }) {
  const { problem } = status.target;
  const lastFailure = status.protection === 'failed' ? status.lastBackup?.failure : undefined;
  // What the target answers now says the same, and is newer.
  const failure = lastFailure?.code === problem?.code ? undefined : lastFailure;
  const problems = [failure, problem, status.token.problem, status.grafana.problem, ...status.warnings].filter(
    (one) => one !== undefined,
  );
  const once = firstOfEach(problems);
  const partial = status.protection === 'partial' ? status.lastBackup : undefined;
  const cutShort = restoreCutShort(status);
  if (once.length === 0 && partial === undefined && cutShort === undefined) {
    return null;
  }
  return (
    <section aria-label={t('overview.warnings', 'Needs your attention')}>
      <Stack direction="column" gap={1}>
        {cutShort && (
          <Alert
            severity="warning"
            title={
              cutShort.trigger === 'undo'
                ? t('overview.undoCut', 'The last undo did not finish')
                : t('overview.restoreCut', 'The last restore did not finish')
            }
            bottomSpacing={0}
          >
            <LinkButton size="sm" variant="secondary" href={routes.run(cutShort.id)}>
              {t('overview.restoreCutLink', 'Show its results')}
            </LinkButton>
          </Alert>
        )}
        {partial && (
          <Alert
            severity="warning"
            title={t('overview.partialTitle', 'Some resources are missing from the last backup')}
            bottomSpacing={0}
          >
            <Stack gap={1} wrap="wrap">
              <LinkButton size="sm" variant="secondary" href={routes.run(partial.id)}>
                {t('overview.partialLink', 'Show which ones, and why')}
              </LinkButton>
              {status.lastFull !== undefined && (
                <LinkButton size="sm" variant="secondary" href={routes.snapshot(status.lastFull)}>
                  {t('shrunk.open', 'Open the last full backup')}
                </LinkButton>
              )}
            </Stack>
          </Alert>
        )}
        {once.map((one) => (
          <ProblemAlert key={one.code + one.message} severity="warning" problem={one}>
            {one === problem && <TargetLink />}
          </ProblemAlert>
        ))}
      </Stack>
    </section>
  );
}

const DAY = 24 * 60 * 60_000;

/** The last restore, where it stopped lately: Grafana may hold a part of it, which only the run's page says. */
function restoreCutShort({ lastRestore, now }: Status): Status['lastRestore'] {
  const { status, started = '' } = lastRestore ?? {};
  const isCut = status === 'interrupted' || status === 'failed';
  return isCut && Date.parse(now) - Date.parse(started) < DAY ? lastRestore : undefined;
}

function firstOfEach(problems: Problem[]): Problem[] {
  const all = new Map<string, Problem>();
  for (const one of problems) {
    const key = one.code + one.message;
    all.set(key, all.get(key) ?? one);
  }
  return [...all.values()];
}
