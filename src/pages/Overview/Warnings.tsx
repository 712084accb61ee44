import { Alert, Button, LinkButton, Stack } from '@grafana/ui';
import type { Problem } from '../../../pkg/contract/api/common.ts';
import type { Status } from '../../../pkg/contract/api/status.ts';
import { ProblemAlert, ProblemText } from '../../components/problems/ProblemAlert.tsx';
import { RestoreCutShort, restoreCutShort } from '../../components/problems/RestoreCutShort.tsx';
import { ServiceNotice } from '../../components/problems/ServiceNotice.tsx';
import { OF_TARGET, TargetLink } from '../../components/problems/TargetLink.tsx';
import { isOccupying, useStartRun } from '../../data/useRuns.ts';
import { formatTime } from '../../lib/format.ts';
import { t } from '../../lib/i18n.ts';
import { explainProblem } from '../../lib/problems/problems.ts';
import { routes } from '../../lib/routes.ts';

/** What is wrong now, each with what to do about it; the same problem is said once. */
export function Warnings({ status }: { status: Status }) {
  const { problem } = status.target;
  const failure = status.protection === 'failed' ? status.lastBackup?.failure : undefined;
  const problems = [problem, status.token.problem, status.grafana.problem, ...status.warnings].filter(
    (one) => one !== undefined,
  );
  const once = firstOfEach(problems).filter(({ why }) => why?.code !== 'org-not-covered' || !isSaidAbove(status));
  // What is wrong now says the same, and is newer.
  const past = once.some(({ code }) => code === failure?.code) ? undefined : failure;
  const partial = status.protection === 'partial' ? status.lastBackup : undefined;
  const cutShort = restoreCutShort(status);
  if (once.length === 0 && past === undefined && partial === undefined && cutShort === undefined) {
    return null;
  }
  return (
    <section aria-label={t('overview.warnings', 'Needs your attention')}>
      <Stack direction="column" gap={1}>
        <RestoreCutShort run={cutShort} />
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
        {past && <LastFailure problem={past} status={status} />}
        {once.map((one) => (
          <ProblemAlert key={one.code + one.message} severity="warning" problem={one}>
            {one.code === 'DK_IDENTITY_MISSING' && status.caller.home ? (
              <LinkButton size="sm" variant="secondary" icon="lock" href={routes.settings('encryption')}>
                {t('overview.enterKey', 'Enter the private key')}
              </LinkButton>
            ) : (
              one === problem && <TargetLink />
            )}
          </ProblemAlert>
        ))}
      </Stack>
    </section>
  );
}

interface LastFailureProps {
  problem: Problem;
  status: Status;
}

/** Why the last backup failed; the cause may have passed since. */
function LastFailure({ problem, status: { target, running, lastBackup, now } }: LastFailureProps) {
  const start = useStartRun();
  const { title, ...explained } = explainProblem(problem);
  const isReadAgain = OF_TARGET.has(problem.code) && target.reachable === true;
  const advice = isReadAgain && problem.code === 'DK_STORE_UNREACHABLE' ? '' : explained.advice;
  return (
    <Alert
      severity="warning"
      bottomSpacing={0}
      title={t('overview.failedAt', 'The last backup failed on {{time}}', {
        time: formatTime(lastBackup?.finished ?? now),
      })}
    >
      <Stack direction="column" gap={1} alignItems="flex-start">
        <span>{t('overview.failedWhy', 'Reason at that time: {{reason}}', { reason: title })}</span>
        <ProblemText explained={{ title, ...explained, advice }} />
        {isReadAgain && <span>{t('overview.readAgain', 'The service can read the target now.')}</span>}
        <Button
          size="sm"
          variant="secondary"
          icon="cloud-upload"
          disabled={isOccupying(running) || start.isPending}
          onClick={() => start.mutate({ kind: 'backup' })}
        >
          {t('overview.backupNow', 'Back up now')}
        </Button>
        {start.error !== null && <ServiceNotice error={start.error} />}
      </Stack>
    </Alert>
  );
}

/** Whether the card above names the organizations that no backup covers, with what to do. */
function isSaidAbove({ protection, coverage }: Status): boolean {
  return protection === 'uncovered' && coverage?.advice.some(({ code }) => code === 'include-orgs') === true;
}

function firstOfEach(problems: Problem[]): Problem[] {
  const all = new Map<string, Problem>();
  for (const one of problems) {
    const key = one.code + one.message;
    all.set(key, all.get(key) ?? one);
  }
  return [...all.values()];
}
