import { accessOf, boardOf, CONTENT, removeContent, renamePanel, rulesOf } from './support/content.ts';
import { APP, expect, expectAccessible, RESTORED } from './support/fixtures.ts';
import { backUp, forgetTarget, test } from './support/journey.ts';
import { openMenuAt, tabTo, typeWanted, wanted } from './support/keyboard.ts';

const LONG = { timeout: 60_000 };
const { folder, inner, board, rule } = CONTENT;

test.describe.configure({ timeout: 240_000 });

test('the first set-up from nothing: a wrong key and how it is explained, the right one, the first backup @quick', async ({
  app,
  page,
  service,
  stack,
  problems,
}) => {
  test.skip(!(await forgetTarget(service)), 'the target is set by the deployment here');
  const { bucket } = stack;
  await app.open('');
  await page.getByRole('link', { name: 'Set up the backup target' }).click();
  await page.getByRole('combobox', { name: 'Provider' }).click();
  await page.getByRole('option', { name: 'MinIO' }).click();
  await page.getByRole('textbox', { name: /^Bucket/ }).fill(bucket.name);
  await page.getByLabel('Folder in the bucket').fill(`set-up-${Date.now()}`);
  await page.getByRole('textbox', { name: /^Endpoint/ }).fill(bucket.endpoint);
  await page.getByLabel('Access key ID').fill(bucket.key);
  await page.getByLabel('Secret access key').fill('not-the-secret');
  await page.getByRole('button', { name: 'Check' }).click();
  await expect(page.getByText('The target does not work yet')).toBeVisible(LONG);
  await expect(page.getByRole('region', { name: 'Check' })).toContainText('secret');
  await expectAccessible(page);

  await page.getByLabel('Secret access key').fill(bucket.secret);
  await page.getByRole('button', { name: 'Check' }).click();
  await expect(page.getByText('The target works')).toBeVisible(LONG);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Settings saved')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Reset' })).toHaveCount(2);
  expect(await page.content()).not.toContain(bucket.secret);

  await app.open('');
  await expect(page.getByRole('heading', { name: 'Nothing is backed up yet' })).toBeVisible(LONG);
  await page.getByRole('button', { name: 'Back up now' }).click();
  // Pages decide the target here, so nothing that belongs to the whole server goes there.
  const complete = /^(Last backup complete|Part of Grafana is not backed up)$/;
  await expect(page.getByRole('heading', { name: complete })).toBeVisible({ timeout: 120_000 });
  const { total } = await service<{ total: number }>('GET', '/snapshots');
  expect(total).toBeGreaterThan(0);
  expect(problems).toEqual([]);
});

test.describe('with a Grafana that answers slowly', () => {
  test.beforeEach(({ stack }) => {
    test.skip(stack.slowDown === undefined, 'nobody can slow this Grafana down, and a backup is over in a moment');
  });

  test.afterEach(({ stack }) => stack.slowDown?.(0));

  test('back up now: live progress that survives leaving the page', async ({ app, page, backup, stack }) => {
    expect(backup).not.toBe('');
    stack.slowDown?.(1500);
    await app.open('');
    await page.getByRole('button', { name: 'Back up now' }).click();
    const bar = page.getByRole('progressbar', { name: 'Backup is running' });
    await expect(bar).toBeVisible();
    await expect(page.getByRole('button', { name: 'Back up now' })).toBeDisabled();
    await page.getByRole('link', { name: 'All runs' }).click();
    await expect(page.getByRole('table').getByText('Running')).toBeVisible();
    await page.goBack();
    await expect(bar).toBeVisible();
    await expectAccessible(page);
    stack.slowDown?.(0);
    await expect(page.getByRole('progressbar')).toHaveCount(0, LONG);
    await expect(page.getByText('just now').first()).toBeVisible();
  });

  test('cancelling a backup', async ({ app, page, backup, service, stack }) => {
    stack.slowDown?.(1000);
    await app.open('');
    await page.getByRole('button', { name: 'Back up now' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect(page.getByRole('progressbar')).toHaveCount(0, LONG);
    await expect(page.getByText('Cancelled', { exact: true }).first()).toBeVisible();
    const { items } = await service<{ items: { id: string }[] }>('GET', '/snapshots');
    expect(items[0]?.id).toBe(backup);
  });
});

test(
  'a deleted folder comes back with its permissions and alerts, and that can be undone',
  {
    tag: ['@quick', '@older'],
  },
  async ({ app, page, admin, backup, problems }) => {
    const [rules, access] = [await rulesOf(admin), await accessOf(admin)];
    expect(rules).toEqual([`${inner.uid} ${rule.title}`]);
    await removeContent(admin);
    expect(await rulesOf(admin)).toEqual([]);

    await app.open(`/snapshots/${backup}`);
    await page.getByRole('navigation', { name: 'Folders' }).getByText(folder.title).click();
    await page.getByRole('link', { name: 'Restore this folder' }).click();
    await expect(page.getByRole('combobox', { name: /^Folder/ })).toHaveValue(folder.title);
    await page.getByRole('button', { name: 'Show the plan' }).click();
    await expect(page.getByRole('heading', { name: /resources.* will be restored/ })).toBeVisible(LONG);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Restore now' }).click();
    await expect(page.getByText(RESTORED)).toBeVisible({
      timeout: 120_000,
    });
    await expect(page.getByText('Dashkeep read each resource back and compared it with the snapshot.')).toBeVisible();
    await expect(page.getByRole('table', { name: 'Results' }).getByText(board.title).first()).toBeVisible();
    await expectAccessible(page);

    expect(await rulesOf(admin)).toEqual(rules);
    expect(await accessOf(admin)).toEqual(access);
    expect((await boardOf(admin)).meta.folderUid).toBe(inner.uid);

    await page.getByRole('button', { name: 'Undo this restore' }).click();
    await expect(page.getByRole('heading', { name: 'Undo plan' })).toBeVisible(LONG);
    const items = page.getByRole('table', { name: 'Plan' }).getByRole('row');
    await expect(items.filter({ hasText: inner.title }).first()).toBeVisible();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Undo now' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox').fill(await wanted(page));
    await dialog.getByRole('button', { name: 'Undo now' }).click();
    await expect(page.getByText(/^Undone: \d+ resources.* removed/)).toBeVisible({ timeout: 120_000 });
    await expect(page.getByRole('heading', { name: 'Undone' })).toBeVisible();
    const results = page.getByRole('table', { name: 'Results' });
    await expect(
      results.getByRole('row').filter({ hasText: board.title }).filter({ hasText: 'Dashboards' }),
    ).toBeVisible();
    expect(await rulesOf(admin)).toEqual([]);
    expect(problems).toEqual([]);
  },
);

test(
  'one panel’s change is found by the panel’s name and rolled back by the button, as its difference is on the page',
  {
    tag: ['@quick', '@older'],
  },
  async ({ app, page, admin, backup, problems }) => {
    expect(backup).not.toBe('');
    await renamePanel(admin, 'Changed by mistake');

    await app.open(`/compare?to=live&q=${board.title}`);
    await page.getByRole('table').getByRole('button', { name: board.title, exact: true }).click(LONG);
    const drawer = page.getByRole('dialog');
    await expect(drawer.getByText('Changed by mistake').first()).toBeVisible(LONG);
    await expect(drawer.getByText(board.panel).first()).toBeVisible();
    await page.getByRole('tab', { name: 'JSON' }).click();
    await expect(page.getByRole('region', { name: /^JSON of/ })).toContainText('Changed by mistake');
    await expectAccessible(page);
    await drawer.getByRole('button', { name: 'Restore the earlier version' }).click();
    const difference = page.getByRole('region', { name: `Changes in “${board.title}”` });
    await expect(difference.getByText('Changed by mistake').first()).toBeVisible(LONG);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Restore now' }).click(LONG);
    await expect(page.getByText(/1 resource (and its permissions )?restored/)).toBeVisible({ timeout: 120_000 });
    expect((await boardOf(admin)).dashboard.panels[0]?.title).toBe(board.panel);
    expect(problems).toEqual([]);
  },
);

test('the service goes and comes back: the page says so, then shows what is there', async ({
  app,
  page,
  backup,
  stack,
}) => {
  test.skip(
    stack.service === undefined,
    'set DASHKEEP_TEST_COMPOSE or DASHKEEP_TEST_SERVICE to let this test end the service',
  );
  await app.open(`/snapshots/${backup}`);
  await expect(page.getByRole('table').getByText(folder.title).first()).toBeVisible();
  await stack.service?.stop();
  await app.open('/history');
  await expect(page.getByText('The Dashkeep service is not responding')).toBeVisible();
  await expectAccessible(page);
  await stack.service?.start();
  await expect(page.getByRole('table').getByText('Complete').first()).toBeVisible(LONG);
});

test.describe('by keyboard alone', () => {
  // Each key waits for frames, and those come slowly where nothing draws them.
  test.describe.configure({ timeout: 360_000 });

  test('a restore of several resources, with what it asks to be typed', async ({ app, page, admin, backup }) => {
    await renamePanel(admin, 'Changed by mistake');
    await admin('PUT', `/api/folders/${folder.uid}`, { title: 'Renamed by mistake', overwrite: true });
    const resources = [`1/dashboard/${board.uid}`, `1/folder/${folder.uid}`].map(encodeURIComponent);
    await app.open(`/restore?snapshot=${backup}&type=resources&resource=${resources.join('&resource=')}&overwrite=yes`);
    await tabTo(page.getByRole('button', { name: 'Show the plan' }));
    await page.keyboard.press('Enter');
    const restore = page.getByRole('button', { name: 'Restore now' });
    await expect(restore).toBeVisible(LONG);
    await tabTo(restore);
    await page.keyboard.press('Enter');
    expect(await wanted(page)).toBe('2 resources');
    await expectAccessible(page);
    await typeWanted(page);
    await tabTo(page.getByRole('dialog').getByRole('button', { name: 'Restore now' }));
    await page.keyboard.press('Enter');
    await expect(page.getByText(/2 resources (and the permissions of \d of them )?restored/)).toBeVisible({
      timeout: 120_000,
    });
    expect((await boardOf(admin)).dashboard.panels[0]?.title).toBe(board.panel);
  });

  test('a dashboard is downloaded as JSON that can be imported by hand', async ({ app, page, backup, admin }) => {
    await app.open(`/snapshots/${backup}?resource=1%2Fdashboard%2F${board.uid}`);
    await tabTo(page.getByRole('button', { name: 'Download for import' }));
    const waiting = page.waitForEvent('download');
    await page.keyboard.press('Enter');
    const download = await waiting;
    expect(download.suggestedFilename()).toBe(`dashboard-${board.uid}.json`);
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) {
      chunks.push(chunk as Buffer);
    }
    const dashboard = JSON.parse(Buffer.concat(chunks).toString()) as { title: string };
    expect(dashboard).toMatchObject({ uid: board.uid, title: board.title });
    // Grafana itself takes it, as its import page would hand it over.
    await removeContent(admin);
    await admin('POST', '/api/dashboards/db', { dashboard: { ...dashboard, id: null }, overwrite: true });
    expect((await boardOf(admin)).dashboard.panels[0]?.title).toBe(board.panel);
    await admin('DELETE', `/api/dashboards/uid/${board.uid}`);
  });

  test('a dashboard is shown as it was, beside what it became, and the copy is removed', async ({
    app,
    page,
    backup,
    admin,
  }) => {
    await app.open(`/snapshots/${backup}?resource=1%2Fdashboard%2F${board.uid}`);
    await tabTo(page.getByRole('button', { name: 'Open as it was' }));
    await page.keyboard.press('Enter');
    const copy = page.getByRole('link', { name: 'Open the copy' });
    await expect(copy).toBeVisible({ timeout: 60_000 });
    await expectAccessible(page);
    const uid = /\/d\/(dashkeep-preview-[0-9a-f]+)$/.exec((await copy.getAttribute('href')) ?? '')?.[1] ?? '';
    const { dashboard } = (await admin('GET', `/api/dashboards/uid/${uid}`)) as { dashboard: { title: string } };
    expect(dashboard.title).toContain(`${board.title} (as of `);
    await tabTo(page.getByRole('button', { name: 'Remove the copy now' }));
    await page.keyboard.press('Enter');
    await expect(copy).toBeHidden({ timeout: 60_000 });
    await expect(admin('GET', `/api/dashboards/uid/${uid}`)).rejects.toThrow();
  });

  test('a snapshot is deleted only after its id was typed', async ({ app, page, backup, service }) => {
    const newer = await backUp(service);
    await app.open(`/snapshots/${backup}`);
    await tabTo(page.getByRole('button', { name: 'More actions' }));
    await openMenuAt(page, 'Delete');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await expect(dialog.getByRole('button', { name: 'Delete' })).toBeDisabled();
    await expectAccessible(page);
    expect(await wanted(page)).toBe(backup);
    await typeWanted(page);
    await tabTo(dialog.getByRole('button', { name: 'Delete' }));
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(new RegExp(`${APP}/history$`));
    const { items } = await service<{ items: { id: string }[] }>('GET', '/snapshots');
    expect(items[0]?.id).toBe(newer);
    expect(items.map(({ id }) => id)).not.toContain(backup);
  });
});
