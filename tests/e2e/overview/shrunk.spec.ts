import { expect, expectAccessible, GRAFANA_URL } from '../support/fixtures.ts';
import { test } from '../support/madeUp.ts';

test.skip(GRAFANA_URL !== undefined, 'this state is made up');

test('a backup that is much smaller than before is red, and a person restores the last full one or accepts it @quick', async ({
  app,
  page,
  service,
  problems,
}) => {
  const [newest, full] = service.state.snapshots;
  const losses = [
    { before: 128, gone: 123 },
    { org: 1, kind: 'dashboard' as const, before: 100, gone: 98 },
  ];
  const left = { kinds: 'org, user' };
  service.state.status = {
    protection: 'shrunk',
    shrunk: { since: full?.id ?? '', losses },
    lastFull: full?.id,
    coverage: {
      orgs: { read: 1, existing: 2 },
      kinds: { read: 23, existing: 25 },
      whole: false,
      text: '',
      parts: [
        { code: 'covers-kinds', params: { read: '23', existing: '25' } },
        { code: 'lacks-server-kinds', params: left },
      ],
      advice: [{ code: 'include-orgs', params: {} }],
    },
  };
  await app.open('');
  await expect(page.getByRole('heading', { name: 'Much is missing from the last backup' })).toBeVisible();
  await expect(page.getByText('Resources: 123 of 128 are missing')).toBeVisible();
  await expect(page.getByText('Dashboards of organization 1: 98 of 100 are missing')).toBeVisible();
  await expect(
    page.getByText(
      'Included: 23 of 25 kinds; not included, because only a server admin can read them: Organizations, Users',
    ),
  ).toBeVisible();
  await expect(page.getByText('the deployment has to select all organizations')).toBeVisible();
  await expectAccessible(page);
  await expect(page.getByRole('link', { name: 'Open the last full backup' })).toHaveAttribute(
    'href',
    new RegExp(`/snapshots/${full?.id}$`),
  );
  const asked = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/runs'));
  await page.getByRole('button', { name: 'It was deleted on purpose' }).click();
  expect((await asked).postDataJSON()).toEqual({ kind: 'backup', acceptLoss: newest?.id });
  expect(problems).toEqual([]);
});
