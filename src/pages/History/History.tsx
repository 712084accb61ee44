import type { NavModelItem } from '@grafana/data';
import { AppPage } from '../../components/AppPage.tsx';
import { t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';
import { RunList } from './RunList.tsx';
import { SnapshotList } from './SnapshotList.tsx';

type View = 'snapshots' | 'runs';

/** All there is to go back to, and all that was done. */
export function History({ view }: { view: View }) {
  const pageNav: NavModelItem = {
    text: t('history.title', 'History'),
    url: routes.history(),
    children: [
      { text: t('history.snapshots', 'Snapshots'), url: routes.history(), active: view === 'snapshots' },
      { text: t('history.runs', 'Runs'), url: routes.runs(), active: view === 'runs' },
    ],
  };
  const subTitle =
    view === 'snapshots'
      ? t('history.snapshotsText', 'You can view, compare and restore each of these snapshots.')
      : t('history.runsText', 'All runs, including failed ones, and who requested them.');
  return (
    <AppPage pageNav={pageNav} subTitle={subTitle}>
      {view === 'snapshots' ? <SnapshotList /> : <RunList />}
    </AppPage>
  );
}
