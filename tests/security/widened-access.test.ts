import { describeAttack, type Lab } from './support/plan-attack.ts';

const permit = ({ api }: Lab, permission: string) =>
  api('POST /api/access-control/folders/secret', { permissions: [{ builtInRole: 'Viewer', permission }] });

describeAttack('a folder that more people may see', {
  always: 'service',
  async seed(lab) {
    await lab.api('POST /api/folders', { uid: 'secret', title: 'Secret' });
    await permit(lab, '');
  },
  forge: (lab) => permit(lab, 'Edit'),
  heal: (lab) => permit(lab, ''),
  target: { kind: 'folder-permissions', uid: 'secret' },
  state: async ({ api }) => api('GET /api/access-control/folders/secret'),
  says: [{ code: 'permission', params: { subject: 'role', name: 'Viewer', after: 'Edit' } }],
});

describeAttack('a team that somebody gets into', {
  async seed({ api }) {
    await api('POST /api/admin/users', { login: 'eva', email: 'eva@example.org', name: 'Eva', password: 'secret' });
    await api('POST /api/teams', { name: 'ops' });
  },
  async forge(lab) {
    await lab.api(`POST /api/teams/${await teamId(lab)}/members`, { userId: await userId(lab) });
  },
  async heal(lab) {
    await lab.api(`DELETE /api/teams/${await teamId(lab)}/members/${await userId(lab)}`);
  },
  target: { kind: 'team', uid: 'ops' },
  state: async (lab) => lab.api(`GET /api/teams/${await teamId(lab)}/members`),
  says: [{ code: 'team-member', params: { login: 'eva', after: 'Member' } }],
});

async function teamId({ api }: Lab): Promise<number> {
  const { teams } = (await api('GET /api/teams/search?name=ops')) as { teams: { id: number }[] };
  return teams[0]?.id ?? 0;
}

async function userId({ api }: Lab): Promise<number> {
  return Number((await api('GET /api/users/lookup?loginOrEmail=eva'))['id']);
}

const shareWith = (flags: Record<string, unknown>) => ({ isEnabled: true, share: 'public', ...flags });

describeAttack('a dashboard that anybody may see', {
  async seed({ api }) {
    await api('POST /api/dashboards/db', {
      dashboard: { uid: 'board', title: 'Board', schemaVersion: 39, panels: [] },
    });
    await api('POST /api/dashboards/uid/board/public-dashboards', shareWith({ isEnabled: false, uid: 'link' }));
  },
  forge: (lab) =>
    lab.api('PATCH /api/dashboards/uid/board/public-dashboards/link', shareWith({ timeSelectionEnabled: true })),
  heal: (lab) =>
    lab.api('PATCH /api/dashboards/uid/board/public-dashboards/link', {
      isEnabled: false,
      timeSelectionEnabled: false,
    }),
  target: { kind: 'public-dashboard', uid: 'board' },
  state: async ({ api }) => {
    const { isEnabled, timeSelectionEnabled } = await api('GET /api/dashboards/uid/board/public-dashboards');
    return { isEnabled, timeSelectionEnabled };
  },
  says: [
    { code: 'public', params: { field: 'isEnabled', before: 'no', after: 'yes' } },
    { code: 'public', params: { field: 'timeSelectionEnabled', before: 'no', after: 'yes' } },
  ],
});

describeAttack('a live dashboard that is shared with everybody', {
  seed: ({ api }) =>
    api('POST /api/dashboards/db', { dashboard: { uid: 'board', title: 'Board', schemaVersion: 39, panels: [] } }),
  forge: (lab) => lab.api('POST /api/dashboards/uid/board/public-dashboards', shareWith({ uid: 'link' })),
  heal: (lab) => lab.api('DELETE /api/dashboards/uid/board/public-dashboards/link'),
  target: { kind: 'public-dashboard', uid: 'board' },
  state: ({ grafana }) => grafana.state.org(1).publicDashboards.size,
  says: [{ code: 'public', params: { field: 'isEnabled', after: 'yes' } }],
});
