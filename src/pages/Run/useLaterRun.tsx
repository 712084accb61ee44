import { TextLink } from '@grafana/ui';
import type { ReactNode } from 'react';
import type { Run } from '../../../pkg/contract/api/runs.ts';
import { runLabel } from '../../components/StatusBadge.tsx';
import { useRun } from '../../data/useRuns.ts';
import { formatTime } from '../../lib/format.ts';
import { t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';

/** The later run that undid a restore or finished it: what it did, and a link to it that names it. */
export function useLaterRun({ id, continuedBy }: Run): { label: string; link: ReactNode } | undefined {
  const later = useRun(continuedBy).data;
  return (
    later && {
      label: later.undoes === id ? t('run.undoneBy', 'Undone by') : t('run.finishedBy', 'Finished by'),
      link: (
        <TextLink key={later.id} href={routes.run(later.id)}>
          {`${runLabel(later)}, ${formatTime(later.started)}`}
        </TextLink>
      ),
    }
  );
}
