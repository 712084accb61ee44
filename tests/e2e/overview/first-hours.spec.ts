import { expect, GRAFANA_URL } from '../support/fixtures.ts';
import { test } from '../support/madeUp.ts';

test.skip(GRAFANA_URL !== undefined, 'these states are made up');

test('without snapshots, nothing is said to be unverified', async ({ app, page, service }) => {
  service.state.status = { snapshots: 0, newest: undefined, lastVerify: undefined };
  await app.open('');
  const card = page.getByRole('region', { name: 'Protection' });
  await expect(card.getByText('Snapshots kept')).toBeVisible();
  await expect(card.getByText('Not all verified yet')).toHaveCount(0);
});

test('a missing private key leads to its settings', async ({ app, page, service }) => {
  const message = 'the private key does not match';
  service.state.status = { warnings: [{ code: 'DK_IDENTITY_MISSING', message, hint: '' }] };
  await app.open('');
  await page.getByRole('link', { name: 'Enter the private key' }).click();
  await expect(page).toHaveURL(/settings\/encryption$/);
});

test('a run that yielded to another one says so in the list', async ({ app, page, service }) => {
  const failure = {
    code: 'DK_INTERRUPTED',
    message: 'the copy yielded to another run and continues after it',
    hint: '',
    why: { code: 'copy-made-way', params: {} },
  };
  Object.assign(service.state.runs[0]!, { kind: 'copy', status: 'interrupted', failure });
  await app.open('/history/runs');
  const said = page.getByText('The copy yielded to another run and continues after it');
  await expect(said.filter({ visible: true })).toBeVisible();
});

test('while the service has not read the target, the overview does not say that nothing is backed up', async ({
  app,
  page,
  service,
}) => {
  const running = { ...service.state.runs[0]!, kind: 'backup', status: 'running' } as const;
  service.state.status = {
    protection: 'unknown',
    newest: undefined,
    snapshots: undefined,
    lastBackup: undefined,
    running,
  };
  await app.open('');
  await expect(page.getByRole('heading', { name: 'Looking for existing backups' })).toBeVisible();
});
