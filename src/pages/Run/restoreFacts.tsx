import { TextLink } from '@grafana/ui';
import type { ReactNode } from 'react';
import type { RestoreSelection } from '../../../pkg/contract/api/restores.ts';
import type { Run } from '../../../pkg/contract/api/runs.ts';
import { runLabel } from '../../components/StatusBadge.tsx';
import { useRun } from '../../data/useRuns.ts';
import { useSnapshot } from '../../data/useSnapshots.ts';
import { formatTime } from '../../lib/format.ts';
import { labelled, t } from '../../lib/i18n.ts';
import { kindLabel } from '../../lib/kinds.ts';
import { resourcesText } from '../../lib/resources/count.ts';
import { routes } from '../../lib/routes.ts';

type Fact = [label: string, value: ReactNode];

/** What a restore undoes, or what was restored from which snapshot. */
export function restoreFacts({ kind, source, undoes, request, folder }: Run): Fact[] {
  if (undoes !== undefined) {
    return [[t('run.undoes', 'Undoes'), <RunLink key="undoes" id={undoes} />]];
  }
  return kind !== 'restore' || source === undefined
    ? []
    : [
        [t('restore.from', 'Snapshot'), <SnapshotLink key="source" id={source} />],
        ...(request ? [[t('restore.what', 'Selection'), selectionText(request.selection, folder)] satisfies Fact] : []),
      ];
}

/** The later run that undid a restore or finished it: what it did, and a link to it that names it. */
export function laterRun({ continuedBy, undone }: Run): Fact[] {
  return continuedBy === undefined
    ? []
    : [
        [
          undone ? t('run.undoneBy', 'Undone by') : t('run.finishedBy', 'Finished by'),
          <RunLink key="later" id={continuedBy} />,
        ],
      ];
}

function RunLink({ id }: { id: string }) {
  const { data } = useRun(id);
  return <TextLink href={routes.run(id)}>{data ? `${runLabel(data)}, ${formatTime(data.started)}` : id}</TextLink>;
}

function SnapshotLink({ id }: { id: string }) {
  const { data } = useSnapshot(id);
  return <TextLink href={routes.snapshot(id)}>{data ? formatTime(data.time) : id}</TextLink>;
}

function selectionText(selection: RestoreSelection, folder: string | undefined): string {
  switch (selection.type) {
    case 'everything':
      return t('restore.everything', 'Everything');
    case 'kinds':
      return selection.kinds.map(kindLabel).join(', ');
    case 'folder':
      return labelled(t('restore.whichFolder', 'Folder'), folder ?? selection.uid);
    case 'resources':
      return resourcesText(selection.resources.length);
    case 'lost':
      return t('gone.list', 'Deleted resources');
  }
}
