import { expect, it } from 'vitest';
import { DashkeepError } from '../../../pkg/contract/errors.ts';
import { installation } from '../restore/harness.ts';

const { grafana, dashkeep, api } = installation();

/** What `dashkeep runs` prints besides the list. */
async function saidOfRuns(): Promise<string> {
  let text = '';
  const stderr = { write: (part: string) => (text += part) } as unknown as NodeJS.WriteStream;
  await dashkeep(['runs'], undefined, { stderr });
  return text;
}

it('says who may still be an Admin of organizations because a restore did not finish', async () => {
  const { orgId } = await api('POST /api/orgs', { name: 'Second' });
  await api('POST /api/folders', { uid: 'lost', title: 'Lost' }, Number(orgId));
  await dashkeep(['backup', '--orgs', 'all']);
  await api('DELETE /api/folders/lost', undefined, Number(orgId));
  // After the restore, Grafana lets no one change the role of the only admin.
  grafana().state.org(Number(orgId)).members.set(1, 'Viewer');
  const stop = new AbortController();
  const run = (): void => stop.abort(new DashkeepError('DK_INTERRUPTED', 'interrupted by SIGINT'));
  grafana().setFaults({ match: /^POST .*folders(\?|$)/, action: { kind: 'after', run }, times: 1 });
  const { signal } = stop;
  await dashkeep(['restore', 'latest', '--everything', '--apply'], undefined, { signal }).catch(() => undefined);
  grafana().setFaults();
  expect(await saidOfRuns()).toContain(
    'Because of this restore, account admin may still be an Admin of 1 organization. Finishing or undoing it takes back this access, but finishing keeps a role that the snapshot gives it.',
  );
});
