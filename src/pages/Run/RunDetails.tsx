import '../../lib/catalogue/restoreReasons.ts';
import { Alert, Stack, Text } from '@grafana/ui';
import type { Run } from '../../../pkg/contract/api/runs.ts';
import { countsWithPermissions } from '../../../pkg/contract/counts/run-counts.ts';
import { FutureBadge } from '../../components/ForeignSnapshot.tsx';
import { Facts } from '../../components/Facts.tsx';
import { ProblemAlert } from '../../components/problems/ProblemAlert.tsx';
import { Problems } from '../../components/problems/Problems.tsx';
import { TargetLinkAfter } from '../../components/problems/TargetLink.tsx';
import { RunProgress } from '../../components/RunProgress.tsx';
import { askedBy, StatusBadge } from '../../components/StatusBadge.tsx';
import { isActive } from '../../data/useRuns.ts';
import { runWarnings } from '../../lib/catalogue/reasons.ts';
import { formatBytes, formatDuration, formatNumber, formatTime } from '../../lib/format.ts';
import { t } from '../../lib/i18n.ts';
import { resourcesText } from '../../lib/resources/count.ts';
import { runProblems } from '../../lib/runs/problems.ts';
import { AccountsFirst } from './AccountsFirst.tsx';
import { CutShort, isCutShort } from './CutShort.tsx';
import { laterRun, restoreFacts } from './restoreFacts.tsx';
import { NotUndoable } from './UndoButton.tsx';

interface Props {
  run: Run;
  isStale?: boolean;
}

/** How a run goes, or how it went, down to each resource that failed. */
export function RunDetails({ run, isStale = false }: Props) {
  if (isActive(run)) {
    return <RunProgress run={run} isStale={isStale} />;
  }
  const { touched = [] } = run;
  return (
    <Stack direction="column" gap={3}>
      {isCutShort(run) && <CutShort run={run} />}
      <NotUndoable run={run} />
      <AccountsFirst run={run} />
      {run.failure && !isCutShort(run) && (
        <ProblemAlert severity="error" problem={run.failure}>
          <TargetLinkAfter code={run.failure.code} />
        </ProblemAlert>
      )}
      {runWarnings(run).map(({ title, hint, found }) => (
        <Alert key={title} severity="warning" title={title} bottomSpacing={0}>
          {hint}
          {found.length > 1 && (
            <ul>
              {found.map((one) => (
                <li key={one}>{one}</li>
              ))}
            </ul>
          )}
        </Alert>
      ))}
      <Facts
        facts={[
          [
            t('column.status', 'Status'),
            <Stack key="status" gap={1} wrap="wrap">
              <StatusBadge status={run.status} />
              {run.future && <FutureBadge />}
            </Stack>,
          ],
          [t('column.askedBy', 'Requested by'), askedBy(run)],
          [t('column.started', 'Started'), formatTime(run.started)],
          ...restoreFacts(run),
          ...(isCutShort(run) ? [] : laterRun(run)),
          [t('column.duration', 'Duration'), run.duration === undefined ? '–' : formatDuration(run.duration)],
          ...countsWithPermissions(run.counts).map(([name, count, permissions]): [string, string] => [
            countLabel(name),
            name === 'bytes'
              ? formatBytes(count)
              : permissions > 0
                ? resourcesText(count, permissions)
                : formatNumber(count),
          ]),
        ]}
      />
      {run.kind === 'drill' && (run.counts['skipped'] ?? 0) > 0 && (
        <Text color="secondary">
          {t('run.drillSkipped', 'Skipped resources, such as users, cannot be restored to a temporary location.')}
        </Text>
      )}
      {isUnlisted(run) && (
        <Text color="secondary">
          {t(
            'run.unlisted',
            'The problems are not listed, because no trusted key signed this run. To list the current problems, run another verification or copy.',
          )}
        </Text>
      )}
      {run.errors.length > 0 && (
        <section aria-labelledby="dashkeep-problems">
          <Text element="h2" variant="h4" id="dashkeep-problems">
            {runProblems(run)}
          </Text>
          <Problems problems={run.errors} label={t('run.problemList', 'Resources and reasons')} />
        </section>
      )}
      {touched.length > 0 && (
        <details>
          <summary>{t('run.touched', 'Changed resources')}</summary>
          <Problems
            label={t('run.touched', 'Changed resources')}
            problems={touched.map(({ did, open, ...resource }) => ({
              ...resource,
              reason: countLabel(open ? 'unchecked' : did),
            }))}
          />
        </details>
      )}
    </Stack>
  );
}

/** Without a signature, the words and resources of a record are left out: anyone can have written them. */
function isUnlisted({ counts, errors, warnings = [], failure }: Run): boolean {
  return (counts['problems'] ?? 0) > 0 && errors.length + warnings.length === 0 && failure === undefined;
}

function countLabel(name: string): string {
  const labels: Record<string, string> = {
    listed: t('count.listed', 'Found'),
    stored: t('count.stored', 'Stored'),
    reused: t('count.reused', 'Unchanged'),
    skipped: t('count.skipped', 'Skipped'),
    failed: t('count.failed', 'Failed'),
    added: t('count.added', 'Added'),
    changed: t('count.changed', 'Changed'),
    removed: t('count.removed', 'Removed'),
    bytes: t('count.bytes', 'Size'),
    checked: t('count.compared', 'Compared with the snapshot'),
    verified: t('count.verified', 'Restored and checked'),
    snapshots: t('count.snapshots', 'Snapshots'),
    objects: t('count.objects', 'Stored objects'),
    problems: t('count.problems', 'Problems'),
    created: t('count.created', 'Created'),
    updated: t('count.updated', 'Updated'),
    deleted: t('count.deleted', 'Deleted'),
    differs: t('count.differs', 'Differs'),
    copied: t('count.copied', 'Snapshots copied'),
    present: t('count.present', 'Already in the copy'),
    copiedObjects: t('count.copiedObjects', 'Objects copied'),
    forgotten: t('count.forgotten', 'Removed by retention'),
    mended: t('count.mended', 'Objects copied again'),
    read: t('count.read', 'Objects read'),
    lockRenewed: t('count.lockRenewed', 'Locks renewed'),
    planned: t('count.planned', 'Planned'),
    written: t('count.written', 'Written and checked'),
    unchecked: t('count.unchecked', 'Possibly written, not checked'),
    unplanned: t('count.unplanned', 'Not planned yet'),
    runs: t('count.runs', 'Old run records removed'),
    leftOvers: t('count.leftOvers', 'Orphaned files removed'),
    marked: t('count.marked', 'Marked for a later prune'),
    hidden: t('count.hidden', 'Kept as noncurrent versions'),
    locked: t('count.locked', 'Protected by object lock'),
  };
  return labels[name] ?? name;
}
