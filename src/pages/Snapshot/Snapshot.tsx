import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Badge, LinkButton, Stack, useStyles2 } from '@grafana/ui';
import { useParams } from 'react-router';
import type { SnapshotDetail } from '../../../pkg/contract/api/snapshots.ts';
import { KIND_NAMES } from '../../../pkg/contract/kinds.ts';
import { AppPage } from '../../components/AppPage.tsx';
import { Changes } from '../../components/json/Changes.tsx';
import { CopiedAlert } from '../../components/json/CopiedAlert.tsx';
import { ForeignAlert, FutureBadge } from '../../components/ForeignSnapshot.tsx';
import { HoldAlert } from '../../components/HoldNotes.tsx';
import { Facts } from '../../components/Facts.tsx';
import { Problems } from '../../components/problems/Problems.tsx';
import { QueryView } from '../../components/QueryView.tsx';
import { askedBy, StatusBadge } from '../../components/StatusBadge.tsx';
import { useSnapshot, useSnapshotTree } from '../../data/useSnapshots.ts';
import { splitFolder } from '../../lib/folderTree.ts';
import { formatBytes, formatNumber, formatRelative, formatTime } from '../../lib/format.ts';
import { plural, t } from '../../lib/i18n.ts';
import { kindLabel } from '../../lib/kinds.ts';
import { parseResource, routes } from '../../lib/routes.ts';
import { useUrlState } from '../../hooks/useUrlState.ts';
import { FolderTree } from './FolderTree.tsx';
import { KeptForServerAdmins, LeftOut } from './LeftOut.tsx';
import { ResourceDrawer } from './ResourceDrawer.tsx';
import { ResourceList } from './ResourceList.tsx';
import { SnapshotMenu } from './SnapshotMenu.tsx';

/** One point in time, to look into. */
export function Snapshot() {
  const { id = '' } = useParams();
  const query = useSnapshot(id);
  const snapshot = query.data;
  return (
    <AppPage
      pageNav={{
        text: snapshot === undefined ? t('snapshot.title', 'Snapshot') : formatTime(snapshot.time),
        parentItem: { text: t('history.title', 'History'), url: routes.history() },
      }}
      subTitle={
        snapshot &&
        t('snapshot.subtitle', 'Snapshot, {{ago}}, from Grafana {{version}}', {
          ago: formatRelative(snapshot.time),
          version: snapshot.grafana.version,
        })
      }
      actions={snapshot && <Actions snapshot={snapshot} />}
    >
      <QueryView query={query}>{(data) => <Body snapshot={data} />}</QueryView>
    </AppPage>
  );
}

function Actions({ snapshot }: { snapshot: SnapshotDetail }) {
  const { read } = useUrlState();
  const [org, under] = splitFolder(read('folder'));
  const selection = under === undefined ? {} : { type: 'folder', org: String(org), uid: under };
  return (
    <>
      {!snapshot.foreign && (
        <LinkButton icon="history" href={routes.restore({ snapshot: snapshot.id, ...selection })}>
          {under === undefined ? t('snapshot.restore', 'Restore') : t('snapshot.restoreFolder', 'Restore this folder')}
        </LinkButton>
      )}
      <LinkButton variant="secondary" icon="code-branch" href={routes.compareNow(snapshot.id)}>
        {t('snapshot.compareLive', 'Compare with Grafana now')}
      </LinkButton>
      <SnapshotMenu snapshot={snapshot} />
    </>
  );
}

function Body({ snapshot }: { snapshot: SnapshotDetail }) {
  const styles = useStyles2(getStyles);
  const tree = useSnapshotTree(snapshot.id);
  const { read, change } = useUrlState();
  const opened = parseResource(read('resource'));
  return (
    <Stack direction="column" gap={3}>
      {snapshot.foreign && <ForeignAlert />}
      {snapshot.hold && <HoldAlert hold={snapshot.hold} />}
      <Facts
        facts={[
          [
            t('column.status', 'Status'),
            <Stack key="status" gap={1} wrap="wrap">
              <StatusBadge status={snapshot.status} shrunk={snapshot.shrunk} />
              {snapshot.future && <FutureBadge />}
            </Stack>,
          ],
          [t('column.made', 'Trigger'), askedBy(snapshot)],
          [t('column.changes', 'Changes'), <Changes key="changes" changes={snapshot.changes} />],
          [t('column.resources', 'Resources'), formatNumber(snapshot.resources)],
          ...copiedFact(snapshot),
          ...noteFact(snapshot),
          [
            t('column.size', 'Size'),
            <Stack key="size" gap={1} alignItems="center">
              {formatBytes(snapshot.bytes)}
              {snapshot.encrypted && <Badge color="blue" icon="lock" text={t('snapshot.encrypted', 'Encrypted')} />}
            </Stack>,
          ],
        ]}
      />
      <CopiedAlert snapshot={snapshot} />
      {snapshot.errors.length > 0 && (
        <Problems
          problems={snapshot.errors}
          title={plural(
            'snapshot.problems',
            snapshot.errors.length,
            '{{number}} resource could not be read and is missing here',
            '{{number}} resources could not be read and are missing here',
          )}
          label={t('snapshot.missing', 'Missing resources')}
        />
      )}
      <KeptForServerAdmins kinds={snapshot.kinds} />
      <LeftOut snapshot={snapshot} />
      <div className={styles.columns}>
        <QueryView query={tree}>
          {(data) => <FolderTree tree={data} selected={read('folder')} onSelect={(folder) => change({ folder })} />}
        </QueryView>
        <ResourceList snapshot={snapshot.id} content={snapshot.content} />
      </div>
      {opened && (
        <ResourceDrawer snapshot={snapshot.id} resource={opened} onClose={() => change({ resource: undefined })} />
      )}
    </Stack>
  );
}

/** Which kinds are partly from earlier backups, and since when: no list of Grafana's shows their changes. */
function copiedFact({ kinds }: SnapshotDetail): [label: string, text: string][] {
  const copied = KIND_NAMES.flatMap((kind) => {
    const oldest = kinds[kind]?.oldestReadAt;
    return oldest === undefined ? [] : [{ kind, oldest }];
  });
  const [first] = copied.map(({ oldest }) => oldest).sort();
  return first === undefined
    ? []
    : [
        [
          t('snapshot.copied', 'Partly from earlier reads'),
          t('snapshot.copiedSince', '{{kinds}}: since {{time}}', {
            kinds: copied.map(({ kind }) => kindLabel(kind)).join(', '),
            time: formatTime(first),
          }),
        ],
      ];
}

function noteFact({ note }: SnapshotDetail): [label: string, text: string][] {
  const { text, by } = note ?? {};
  return text === undefined ? [] : [[t('hold.note', 'Note'), by === undefined ? text : `${text} (${by})`]];
}

const getStyles = (theme: GrafanaTheme2) => ({
  columns: css({
    display: 'grid',
    gridTemplateColumns: '260px minmax(0, 1fr)',
    alignItems: 'start',
    gap: theme.spacing(2),
    [theme.breakpoints.down('lg')]: { gridTemplateColumns: 'minmax(0, 1fr)' },
  }),
});
