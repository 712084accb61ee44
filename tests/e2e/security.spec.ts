import { startPreview } from '../support/preview/preview.ts';
import { APP } from '../security/support/grafana.ts';
import { twoOrgs } from '../security/support/two-orgs.ts';
import type { Admin } from './support/content.ts';
import { expect, expectAccessible, GRAFANA_URL, PACKAGES, RESTORED, test as base } from './support/fixtures.ts';
import { backUp, test } from './support/journey.ts';

const LONG = { timeout: 60_000 };
const SECRET = { uid: 'dashkeep-journey-secret', name: 'Ticket office' };
const THEN = 'https://tickets.example.com';
const NOW = 'https://tickets.example.net';

/** A data source that sends its password to an address. */
async function putDataSource(admin: Admin, method: 'POST' | 'PUT', url: string): Promise<void> {
  const path = method === 'POST' ? '/api/datasources' : `/api/datasources/uid/${SECRET.uid}`;
  const login = { basicAuth: true, basicAuthUser: 'clerk', secureJsonData: { basicAuthPassword: 'only-for-tickets' } };
  await admin(method, path, { ...SECRET, type: 'prometheus', access: 'proxy', url, ...login });
}

test('a plan says first that a password would go to another address, and asks before it does that', async ({
  app,
  page,
  admin,
  service,
  backup,
}) => {
  expect(backup).not.toBe('');
  await putDataSource(admin, 'POST', THEN);
  const snapshot = await backUp(service);
  await putDataSource(admin, 'PUT', NOW);
  await app.open(`/restore?snapshot=${snapshot}&type=resources&resource=1%2Fdata-source%2F${SECRET.uid}&overwrite=yes`);
  let show = () => {};
  const isShown = new Promise<void>((resolve) => (show = resolve));
  await page.route(/\/items\?.*security=true/, async (route) => {
    await isShown;
    await route.continue();
  });
  await page.getByRole('button', { name: 'Show the plan' }).click();
  // No one confirms a list that is still loading.
  await expect(page.getByRole('button', { name: 'Restore now' })).toBeDisabled(LONG);
  show();
  const changes = page.getByRole('list', { name: 'Changes to access or data destinations' });
  await expect(changes).toContainText(SECRET.name, LONG);
  await expect(changes).toContainText(`${NOW} → ${THEN}`);
  await expect(page.getByRole('switch', { name: 'Keep stored secrets where the address changes' })).not.toBeChecked();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Restore now' }).click();
  const dialog = page.getByRole('dialog');
  const confirm = dialog.getByRole('button', { name: 'Restore now' });
  await expect(confirm).toBeDisabled();
  await expectAccessible(page);
  await dialog.getByRole('textbox').fill('1 security change');
  await confirm.click();
  await expect(page.getByText(/1 resource (and its permissions )?restored/)).toBeVisible(LONG);
  const found = await admin<{ url: string; secureJsonFields?: Record<string, boolean> }>(
    'GET',
    `/api/datasources/uid/${SECRET.uid}`,
  );
  expect(found.url).toBe(THEN);
  expect(found.secureJsonFields ?? {}).not.toHaveProperty('basicAuthPassword', true);
  await admin('DELETE', `/api/datasources/uid/${SECRET.uid}`);
});

interface Other {
  origin: string;
  /** In the title of everything that the home organization has. */
  foreign: string;
  /** The same of the organization that looks. */
  own: string;
  /** Deletes a dashboard that the backup has. */
  removeDashboard(): Promise<unknown>;
}

/** The app of an organization that is not the home one, with its own token of the service, and a backup of both. */
const elsewhere = base.extend<{ other: Other }>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads the names of what a fixture needs from here
  other: async ({}, use) => {
    const { grafana, service, home, other, backup, close } = await twoOrgs();
    await backup();
    const { login, password } = other.admin;
    const preview = await startPreview({
      sidecarUrl: service.url,
      sidecarToken: grafana.simulator?.state.orgs.get(other.org)?.pluginSettings.get(APP)?.secureJsonData[
        'sidecarToken'
      ],
      grafana: {
        url: grafana.url,
        authorization: `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`,
      },
      packages: PACKAGES,
    });
    await use({
      origin: preview.origin,
      foreign: home.mark,
      own: other.mark,
      removeDashboard: () => other.grafana.delete(`/api/dashboards/uid/${other.planted.dashboard}`),
    });
    await preview.close();
    await close();
  },
  baseURL: async ({ other: { origin } }, use) => use(origin),
});

elsewhere.describe('in an organization that is not the home one', () => {
  elsewhere.skip(GRAFANA_URL !== undefined, 'tests/security asks a real Grafana; here it is about the pages');

  elsewhere('every page shows what is its own, and none that of another', async ({ app, page, other }) => {
    for (const path of ['', '/history', '/history?tab=runs', '/snapshots/latest', '/compare', '/restore']) {
      await app.open(path);
      await expect(page.locator('main')).not.toContainText(other.foreign);
      await expect(page.getByRole('alert', { name: /error/i })).toHaveCount(0);
      await expectAccessible(page);
    }
    await app.open('/snapshots/latest');
    await expect(page.locator('main')).toContainText(other.own);
  });

  elsewhere('what concerns all organizations is not offered', async ({ app, page, problems }) => {
    await app.open('/settings/target');
    await expect(page.getByText('Only the home organization can change these settings')).toBeVisible();
    await expect(page.getByText(/You need the Admin role in the home organization/)).toBeVisible();
    await expect(page.getByRole('textbox')).toHaveCount(0);
    await expectAccessible(page);
    await app.open('/snapshots/latest');
    await page.getByRole('button', { name: 'More actions' }).click();
    await expect(page.getByRole('menuitem', { name: 'Show the run' })).toBeVisible();
    await expect(page.getByRole('menuitem', { name: 'Verify snapshot' })).toHaveCount(0);
    await expect(page.getByRole('menuitem', { name: 'Delete' })).toHaveCount(0);
    expect(problems).toEqual([]);
  });

  elsewhere('a deleted dashboard comes back', async ({ app, page, other }) => {
    await other.removeDashboard();
    await app.open('');
    await page.getByRole('link', { name: 'Find deletions since the last backup' }).click();
    await page
      .getByRole('button', { name: /^Restore/ })
      .first()
      .click(LONG);
    await page.getByRole('button', { name: 'Restore now' }).click(LONG);
    await expect(page.getByText(RESTORED)).toBeVisible({
      timeout: 120_000,
    });
  });
});
