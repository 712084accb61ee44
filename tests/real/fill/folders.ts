import type { Grafana } from '../grafana.ts';
import type { Subjects } from './people.ts';

interface FolderSeed {
  uid: string;
  title: string;
  parentUid?: string;
}

/** Four deep, beside one whose permissions are narrowed and one whose permissions are widened. */
export const FOLDERS: readonly FolderSeed[] = [
  { uid: 'real-business', title: 'Business' },
  { uid: 'real-shop', title: 'Shop', parentUid: 'real-business' },
  { uid: 'real-checkout', title: 'Checkout', parentUid: 'real-shop' },
  { uid: 'real-payment', title: 'Payment / "cards" & more', parentUid: 'real-checkout' },
  { uid: 'real-narrow', title: 'Only operations' },
  { uid: 'real-wide', title: 'Everybody edits' },
  { uid: 'real-empty', title: 'Empty' },
];

/** Creates the folders, parents first. */
export async function fillFolders(grafana: Grafana): Promise<void> {
  for (const folder of FOLDERS) {
    await grafana.post('/api/folders', { ...folder, description: `About ${folder.title}` });
  }
}

const VIEW = 1;
const EDIT = 2;
const ADMIN = 4;

/** Narrows and widens permissions of folders and dashboards. The lists replace what Grafana gave at creation. */
export async function fillPermissions(grafana: Grafana, { users, teams, serviceAccounts }: Subjects): Promise<void> {
  const operations = teams.get('Operations');
  const replace = (path: string, items: object[]) => grafana.post(`/api/${path}/permissions`, { items });
  await replace('folders/real-narrow', [
    { teamId: operations, permission: EDIT },
    { userId: users.get(grafana.org === 1 ? 'ada' : 'cleo'), permission: VIEW },
  ]);
  await replace('folders/real-wide', [
    { role: 'Viewer', permission: EDIT },
    { role: 'Editor', permission: ADMIN },
  ]);
  await replace('folders/real-checkout', [{ teamId: operations, permission: ADMIN }]);
  await replace('dashboards/uid/real-orders', [
    { role: 'Editor', permission: VIEW },
    { userId: users.get('ben'), permission: ADMIN },
  ]);
  await replace('dashboards/uid/real-root', [{ role: 'Viewer', permission: EDIT }]);
  const robot = serviceAccounts.get('deploys');
  await grafana.post(`/api/access-control/folders/real-wide/users/${robot}`, { permission: 'Edit' });
}
