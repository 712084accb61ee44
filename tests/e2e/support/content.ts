/** Calls Grafana as its admin. @throws when it refuses */
export type Admin = <T>(method: string, path: string, body?: unknown) => Promise<T>;

/** What the journeys do their things to. */
export const CONTENT = {
  folder: { uid: 'dashkeep-journey', title: 'Journey' },
  inner: { uid: 'dashkeep-journey-inner', title: 'Way stations' },
  board: { uid: 'dashkeep-journey-board', title: 'Departures', panel: 'Trains on time' },
  rule: { title: 'Trains are late', group: 'journey' },
};

/** Puts the content into Grafana through its API, again when it is there already. */
export async function putContent(admin: Admin): Promise<void> {
  await removeContent(admin);
  const { folder, inner, board, rule } = CONTENT;
  await admin('POST', '/api/folders', folder);
  await admin('POST', '/api/folders', { ...inner, parentUid: folder.uid });
  await admin('POST', `/api/folders/${folder.uid}/permissions`, {
    items: [
      { role: 'Viewer', permission: 1 },
      { role: 'Editor', permission: 4 },
    ],
  });
  const panel = (id: number, title: string) => ({
    id,
    title,
    type: 'text',
    gridPos: { x: (id - 1) * 12, y: 0, w: 12, h: 8 },
    options: { mode: 'markdown', content: `Panel ${id}` },
  });
  await admin('POST', '/api/dashboards/db', {
    dashboard: {
      uid: board.uid,
      title: board.title,
      panels: [panel(1, board.panel), panel(2, 'Platforms')],
      schemaVersion: 41,
    },
    folderUid: inner.uid,
    overwrite: true,
  });
  const expression = { type: 'math', expression: '1 > 2', refId: 'A' };
  await admin('POST', '/api/v1/provisioning/alert-rules', {
    title: rule.title,
    ruleGroup: rule.group,
    folderUID: inner.uid,
    orgID: 1,
    condition: 'A',
    data: [
      {
        refId: 'A',
        datasourceUid: '__expr__',
        relativeTimeRange: { from: 600, to: 0 },
        queryType: '',
        model: expression,
      },
    ],
    noDataState: 'OK',
    execErrState: 'Error',
    for: '5m',
  });
}

export async function removeContent(admin: Admin): Promise<void> {
  const folders = await admin<{ uid: string }[]>('GET', '/api/folders');
  if (folders.some(({ uid }) => uid === CONTENT.folder.uid)) {
    await admin('DELETE', `/api/folders/${CONTENT.folder.uid}?forceDeleteRules=true`);
  }
}

interface Rule {
  title: string;
  folderUID: string;
}

/** The alert rules of the folder and all below it, by place and title. */
export async function rulesOf(admin: Admin): Promise<string[]> {
  const rules = await admin<Rule[]>('GET', '/api/v1/provisioning/alert-rules');
  const ours = rules.filter(({ folderUID }) => folderUID.startsWith(CONTENT.folder.uid));
  return ours.map(({ folderUID, title }) => `${folderUID} ${title}`).sort();
}

/** Who may do what in the folder. */
export async function accessOf(admin: Admin): Promise<string[]> {
  const path = `/api/folders/${CONTENT.folder.uid}/permissions`;
  const entries = await admin<{ permission: number; role?: string; userLogin?: string }[]>('GET', path);
  return entries.map(({ permission, role, userLogin }) => `${role || userLogin || ''} ${permission}`).sort();
}

export interface Board {
  dashboard: { panels: { title: string }[] };
  meta: { folderUid: string };
}

export function boardOf(admin: Admin): Promise<Board> {
  return admin<Board>('GET', `/api/dashboards/uid/${CONTENT.board.uid}`);
}

/** Renames the board's first panel, as somebody might by mistake. */
export async function renamePanel(admin: Admin, title: string): Promise<void> {
  const { dashboard, meta } = await boardOf(admin);
  const [first, ...others] = dashboard.panels;
  const changed = { ...dashboard, panels: [{ ...first, title }, ...others] };
  await admin('POST', '/api/dashboards/db', { dashboard: changed, folderUid: meta.folderUid, overwrite: true });
}
