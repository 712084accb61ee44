import { accessOf, boardOf, CONTENT, removeContent } from './support/content.ts';
import { APP, expect, expectAccessible, GRAFANA_URL, RESTORED } from './support/fixtures.ts';
import { backUp, test } from './support/journey.ts';
import { test as madeUp } from './support/madeUp.ts';

const LONG = { timeout: 60_000 };
const { folder, inner, board } = CONTENT;

test('three clicks bring back a folder that was deleted since Grafana was last compared, a moment ago', async ({
  app,
  page,
  admin,
  backup,
}) => {
  expect(backup).not.toBe('');
  const compare = page.getByRole('link', { name: 'Find deletions since the last backup' });
  await app.open('');
  await compare.click();
  await expect(page.getByText('Current state read')).toBeVisible(LONG);
  await removeContent(admin);
  await app.open('');
  await compare.click();
  await page.getByRole('button', { name: `Restore ${folder.title}` }).click(LONG);
  await page.getByRole('button', { name: 'Restore now' }).click(LONG);
  await expect(page.getByText(RESTORED)).toBeVisible({
    timeout: 120_000,
  });
  expect((await boardOf(admin)).meta.folderUid).toBe(inner.uid);
});

test('a folder that was deleted before the last backup comes back from the overview in two', async ({
  app,
  page,
  admin,
  service,
  backup,
}) => {
  expect(backup).not.toBe('');
  const access = await accessOf(admin);
  await removeContent(admin);
  await backUp(service);
  await app.open('');
  const gone = page.getByRole('list', { name: 'Deleted in the last 24 hours' });
  const changes = page.getByRole('list', { name: 'Newest changes' });
  await expect(gone.getByRole('listitem').filter({ hasText: folder.title }).first()).toContainText(
    / · \d+ resources and the permissions of \d+ of them · /,
  );
  expect((await gone.boundingBox())!.y).toBeLessThan((await changes.boundingBox())!.y);
  await gone
    .getByRole('button', { name: `Restore ${folder.title}` })
    .first()
    .click();
  await page.getByRole('button', { name: 'Restore now' }).click(LONG);
  await expect(page.getByText(RESTORED)).toBeVisible({
    timeout: 120_000,
  });
  // With who may see it: permissions are not left to Grafana's defaults.
  expect(await accessOf(admin)).toEqual(access);
});

test('copies go into a folder that is live, also when no snapshot knows it', async ({ app, page, admin, backup }) => {
  const fresh = { uid: 'dashkeep-journey-fresh', title: 'Made a minute ago' };
  const found = async (text: string) => {
    const path = `/api/search?query=${encodeURIComponent(text)}`;
    const hits = await admin<{ uid: string; title: string; folderUid?: string }[]>('GET', path);
    return hits.map(({ title, folderUid }) => [title, folderUid]);
  };
  await admin('POST', '/api/folders', fresh);
  // The search may lag behind.
  await expect.poll(() => found(fresh.title)).toHaveLength(1);
  await app.open(`/restore?snapshot=${backup}&type=resources&resource=1%2Fdashboard%2F${board.uid}&copy=yes`);
  await page.getByRole('combobox', { name: 'Destination folder' }).click();
  await page.getByRole('option', { name: fresh.title }).click();
  await page.getByLabel('Title suffix').fill(' (old)');
  await page.getByRole('button', { name: 'Show the plan' }).click();
  await page.getByRole('button', { name: 'Restore now' }).click(LONG);
  // The copy and who may see it.
  await expect(page.getByText('1 resource and its permissions restored')).toBeVisible({ timeout: 120_000 });
  await expect.poll(() => found('(old)')).toEqual([[`${board.title} (old)`, fresh.uid]]);
  await admin('DELETE', `/api/folders/${fresh.uid}`);
});

madeUp.describe('on what is made up', () => {
  madeUp.skip(GRAFANA_URL !== undefined, 'none of this can be brought about at will');

  madeUp(
    'several resources are ticked in a snapshot and restored together; the choice can be changed',
    async ({ app, page }) => {
      await app.open('/snapshots/latest?kind=dashboard');
      await page.getByRole('checkbox', { name: 'Select Checkout latency, Dashboards' }).check({ force: true });
      await page.getByRole('checkbox', { name: 'Select Capacity, Dashboards' }).check({ force: true });
      await expect(page.getByText('2 selected')).toBeVisible();
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Restore selected resources' }).click();
      await expect(page.getByRole('heading', { name: '1 resource will be restored' })).toBeVisible();
      await page.getByRole('button', { name: 'Overwrite these too' }).click();
      await expect(page.getByRole('heading', { name: '2 resources will be restored' })).toBeVisible();
      await page.getByRole('link', { name: 'Edit selection' }).click();
      await expect(page.getByRole('radio', { name: 'Also overwrite resources that differ' })).toBeChecked();
      const chosen = page.getByRole('list', { name: 'Selected resources' });
      await expect(chosen.getByRole('listitem')).toHaveText([/Checkout latency/, /Capacity/]);
      await chosen.getByRole('button', { name: 'Remove Capacity' }).click();
      await page.getByRole('combobox', { name: 'Add another' }).fill('Redis');
      await page.getByRole('option', { name: 'Redis' }).first().click();
      await expect(chosen.getByRole('listitem')).toHaveText([/Checkout latency/, /Redis/]);
      await expectAccessible(page);
    },
  );

  madeUp('ticked differences are put back as they were, what changed and what is gone', async ({ app, page }) => {
    await app.open('/compare');
    await page.getByRole('button', { name: 'Compare with Grafana now' }).click();
    await page.getByRole('checkbox', { name: 'Select Capacity, Dashboards' }).check({ force: true });
    await page.getByRole('checkbox', { name: 'Select Checkout SLO, Alert rule groups' }).check({ force: true });
    await page.getByRole('button', { name: 'Restore the selected resources' }).click();
    await expect(page.getByText('1 to create · 1 to overwrite')).toBeVisible();
  });

  madeUp('the focus goes along from the button to the progress and to the result', async ({ app, page, service }) => {
    // It runs for as long as it takes to see it.
    service.state.options.runTime = 600_000;
    await app.open('/restore?type=folder&org=1&uid=payments');
    await page.getByRole('button', { name: 'Show the plan' }).click();
    await page.getByRole('button', { name: 'Restore now' }).press('Enter');
    const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
    await expect.poll(focused).toContain('Restore is running');
    service.state.options.runTime = 1;
    await expect.poll(focused).toContain('11 resources restored');
    await expect(page).toHaveURL(new RegExp(`${APP}/restore/`));
  });

  madeUp(
    'without a backup and with a target out of reach, what is known is said, and where to go',
    async ({ app, page, service }) => {
      const problem = { code: 'DK_STORE_UNREACHABLE', message: 'connection refused', hint: '' };
      const since = new Date().toISOString();
      service.state.status = {
        protection: 'failed',
        newest: undefined,
        lastSuccess: undefined,
        target: { configured: true, description: 's3://bucket', reachable: false, since, problem },
      };
      await app.open('');
      await expect(page.getByRole('heading', { name: 'The target cannot be used' })).toBeVisible();
      await expect(page.getByText(/so it is not known whether backups exist/)).toBeVisible();
      await expect(page.getByText(/unknown time/)).toHaveCount(0);
      await expectAccessible(page);
      await page.getByRole('link', { name: 'Check the target' }).click();
      await expect(page).toHaveURL(/\/settings\/target$/);
    },
  );

  madeUp(
    'an organization that is not the home one sees that the target is not its own',
    async ({ app, page, service }) => {
      const target = { configured: true, description: '', reachable: true };
      service.state.status = { caller: { org: 2, home: false }, target };
      await app.open('');
      await expect(page.getByText('A target of the home organization')).toBeVisible();
    },
  );

  madeUp('who deletes a snapshot learns that other organizations lose it, too', async ({ app, page, service }) => {
    const path = `/snapshots/${service.state.snapshots[1]?.id}`;
    await page.route(`**/api/v1${path}`, async (route) => {
      const detail = (await (await route.fetch()).json()) as object;
      await route.fulfill({ json: { ...detail, otherOrganizations: 2 } });
    });
    await app.open(path);
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await expect(page.getByRole('dialog').getByText('the backups of 2 other organizations')).toBeVisible();
    await expectAccessible(page);
  });

  madeUp('the latest runs are read again when the card says that a run has ended', async ({ app, page }) => {
    await app.open('');
    await page.getByRole('button', { name: 'Back up now' }).click();
    const recent = page.getByRole('region', { name: 'Latest runs' });
    await expect(recent.getByText('Running')).toBeVisible();
    const asked: string[] = [];
    page.on('response', async (response) => {
      const { pathname } = new URL(response.url());
      if (pathname.endsWith('/api/v1/status')) {
        // Its place is that of the response: reading the text takes a moment.
        const place = asked.push('status') - 1;
        const { running } = (await response.json()) as { running?: object };
        asked[place] = running === undefined ? 'idle' : 'running';
      } else if (pathname.endsWith('/api/v1/runs')) {
        asked.push('runs');
      }
    });
    await expect.poll(() => asked.filter((one) => one === 'idle').length, { timeout: 60_000 }).toBeGreaterThan(1);
    const ended = asked.indexOf('idle');
    expect(asked.slice(ended, asked.indexOf('idle', ended + 1))).toContain('runs');
    await expect(recent.getByText('Running')).toHaveCount(0);
  });
});
