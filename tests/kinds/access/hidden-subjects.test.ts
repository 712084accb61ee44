import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../../pkg/contract/manifest.ts';
import { call } from '../../simulator/http.ts';
import { start } from '../../engine/harness.ts';

const KIND = 'folder-permissions';

/** A backup by an account that lacks one action, of a folder that a team and a person may edit. */
async function backupWithout(...without: string[]): Promise<Manifest> {
  const bench = await start({ profile: '12.4' });
  const api = (route: string, body: unknown) => call(bench.grafana, 'admin:admin', route, body);
  const { teamId } = (await api('POST /api/teams', { name: 'Operations' })).body;
  const { id: userId } = (await api('POST /api/admin/users', { login: 'ann', password: 'secret' })).body;
  await api('POST /api/folders', { uid: 'infra', title: 'Infra' });
  const permissions = [
    { teamId, permission: 'Edit' },
    { userId, permission: 'Edit' },
  ];
  expect((await api('POST /api/access-control/folders/infra', { permissions })).status).toBe(200);
  const instance = await bench.instance({ token: bench.grafana.token({ without }) });
  return bench.backup({ instance, kinds: ['folder', KIND] });
}

describe('permissions of which Grafana shows only part', () => {
  it('are complete with all rights', async () => {
    const { status, resources } = await backupWithout();
    expect(status).toBe('complete');
    expect(resources.filter(({ kind }) => kind === KIND)).toHaveLength(1);
  });

  it.each(['teams:read', 'org.users:read', 'serviceaccounts:read'])(
    'are a gap that is named, and not stored without those who are hidden, without %s',
    async (action) => {
      const { status, resources, errors } = await backupWithout(action);
      expect(status).toBe('partial');
      expect(resources.filter(({ kind }) => kind === KIND)).toEqual([]);
      expect(errors.map(({ kind, reason }) => `${kind}: ${reason}`)).toEqual([
        expect.stringContaining(`${KIND}: permissions cannot be read completely without ${action}. `),
      ]);
    },
  );
});
