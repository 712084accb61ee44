import type { NavModelItem } from '@grafana/data';
import { AppPage } from '../../components/AppPage.tsx';
import { OpenCopies } from '../../components/resources/OpenCopies.tsx';
import { t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';
import { RunList } from './RunList.tsx';
import { SnapshotList } from './SnapshotList.tsx';
import { TextSearch } from './TextSearch.tsx';

type View = 'snapshots' | 'runs' | 'search';

function subTitleOf(view: View): string {
  const texts: Record<View, string> = {
    snapshots: t('history.snapshotsText', 'View, compare and restore snapshots.'),
    runs: t('history.runsText', 'Runs, including failed ones, and who requested them.'),
    search: t('history.searchText', 'Find text in all versions in your backups.'),
  };
  return texts[view];
}

/** All there is to go back to, and all that was done. */
export function History({ view }: { view: View }) {
  const pageNav: NavModelItem = {
    text: t('history.title', 'History'),
    url: routes.history(),
    children: [
      { text: t('history.snapshots', 'Snapshots'), url: routes.history(), active: view === 'snapshots' },
      { text: t('history.runs', 'Runs'), url: routes.runs(), active: view === 'runs' },
      { text: t('history.search', 'Search'), url: routes.search(), active: view === 'search' },
    ],
  };
  return (
    <AppPage pageNav={pageNav} subTitle={subTitleOf(view)}>
      {view === 'snapshots' && <OpenCopies />}
      {view === 'snapshots' && <SnapshotList />}
      {view === 'runs' && <RunList />}
      {view === 'search' && <TextSearch />}
    </AppPage>
  );
}
