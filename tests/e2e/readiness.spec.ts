import { readFile } from 'node:fs/promises';
import { DashkeepError } from '../../pkg/contract/errors.ts';
import { expect, expectAccessible } from './support/fixtures.ts';
import { test } from './support/madeUp.ts';

test('a person sees what is not proven, confirms it, prints the report and saves it', async ({
  app,
  page,
  problems,
}) => {
  await app.open('/readiness');
  const report = page.getByRole('region', { name: 'Readiness' });
  await expect(report.getByText('Some evidence that a recovery would work is missing')).toBeVisible();
  const secrets = report
    .getByRole('listitem')
    .filter({ has: page.getByRole('heading', { name: 'Secrets to enter again' }) });
  await expect(secrets).toContainText('Contact points: on-call, slack.url');
  await expect(secrets).toContainText('Unknown');
  await expectAccessible(page);

  await secrets.getByRole('button', { name: 'Confirm' }).focus();
  await page.keyboard.press('Enter');
  await expect(secrets).toContainText('ada confirmed it');
  await expect(secrets.getByRole('button')).toHaveCount(0);

  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download CSV' }).click();
  const file = await saved;
  expect(file.suggestedFilename()).toMatch(/^readiness-\d{4}-\d\d-\d\d\.csv$/);
  const text = await readFile(await file.path(), 'utf8');
  expect(text).toContain(
    '"Restore test","Warning","","No restore has been tested yet","Test a restore, and schedule restore tests."',
  );
  expect(text).toContain('"Secrets to enter again","","","Data sources: Prometheus, basicAuthPassword",""');

  await page.emulateMedia({ media: 'print' });
  await expect(report.getByText('Restore test', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Print' })).toBeHidden();
  await expect(page.getByRole('navigation').first()).toBeHidden();
  await expect(page.locator('body')).toHaveCSS('background-color', 'rgb(255, 255, 255)');
  expect(problems).toEqual([]);
});

test('a backup that lacks much leads to the comparison and the restore, not to another backup', async ({
  app,
  page,
  service,
}) => {
  const [newest, full] = service.state.snapshots;
  const shrunk = { since: full!.id, losses: [{ before: 128, gone: 123 }] };
  service.state.status = { protection: 'shrunk', shrunk };
  Object.assign(newest!, { shrunk });
  await app.open('/readiness');
  const line = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'Last complete backup' }) });
  await expect(line.getByRole('link', { name: 'Compare both backups' })).toHaveAttribute(
    'href',
    new RegExp(`from=${full!.id}&to=${newest!.id}`),
  );
  await expect(line.getByRole('button', { name: 'Restore only missing resources' })).toBeVisible();
  await expect(line.getByRole('button', { name: 'Back up now' })).toHaveCount(0);
});

test('a person saves a report of a period and the recovery kit', async ({ app, page, problems }) => {
  await app.open('/readiness');
  await page.getByRole('button', { name: 'Report' }).click();
  const dialog = page.getByRole('dialog', { name: 'Report for a period' });
  await expect(dialog.getByLabel('First day')).toBeFocused();
  await expectAccessible(page);
  await dialog.getByLabel('First day').fill('2026-01-01');
  await dialog.getByLabel('Last day').fill('2025-12-31');
  await expect(dialog.getByText('The last day must not be before the first day.')).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Download HTML' })).toBeDisabled();
  await dialog.getByLabel('Last day').fill('2026-03-31');
  const report = page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Download CSV' }).focus();
  await page.keyboard.press('Enter');
  expect((await report).suggestedFilename()).toBe('backup-report-2026-01-01-2026-03-31.csv');
  await expect(dialog).toBeHidden();

  const kit = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Recovery kit' }).click();
  const file = await kit;
  expect(file.suggestedFilename()).toBe('recovery-kit-2026-01-01.html');
  expect(await readFile(await file.path(), 'utf8')).toBe('<h1>Recovery kit</h1>');
  expect(problems).toEqual([]);
});

test('readiness speaks French, and says why nothing is known', async ({ app, page, service, problems }) => {
  service.state.readiness.repository = new DashkeepError('DK_STORE_UNREACHABLE', 'no route to host');
  await app.open('/readiness?lang=fr-FR');
  await expect(page.getByText('Une reprise échouerait ou entraînerait des pertes')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Cible' })).toBeVisible();
  await page.setViewportSize({ width: 600, height: 900 });
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width, 'nothing sticks out sideways').toBe(600);
  await expect(page.getByText(/no route to host/)).toBeVisible();
  expect(problems).toEqual([]);
});

test('a hundred installations are listed worst first, and found by state and text', async ({
  app,
  page,
  problems,
  service,
}) => {
  service.state.status = { fleet: true };
  await app.open('/readiness');
  await page.getByRole('link', { name: 'All installations' }).click();
  const table = page.getByRole('table', { name: 'All installations' });
  await expect(page.getByText('100 installations')).toBeVisible();
  await expect(table.getByRole('row').nth(1)).toContainText(/Unknown.*cluster-17/);
  await expect(table.getByRole('row').nth(2)).toContainText(/cluster-64.*no full snapshot exists/i);
  await expect(table.getByRole('row').nth(3)).toContainText(/cluster-42.*53 hours old/);
  await expect(table.getByRole('row').nth(4)).toContainText(/OK.*cluster-99/);
  await expectAccessible(page);
  await table.getByRole('button', { name: /53 hours old/ }).press('Enter');
  await expect(page.getByRole('listitem').filter({ hasText: /53 hours old/ })).toBeVisible();
  await page.keyboard.press('Escape');

  const never = page.getByRole('row', { name: /cluster-64/ });
  await expect(never.getByText('Not ready')).toHaveAttribute('title', 'No full snapshot exists');
  await page.getByRole('combobox', { name: 'State' }).click();
  await page.getByRole('option', { name: 'Needs attention (2)' }).click();
  await expect(page.getByText('2 installations')).toBeVisible();
  await page.getByRole('textbox', { name: /^Search by target/ }).fill('11.6');
  await expect(page.getByText('1 installation', { exact: true })).toBeVisible();
  expect(problems).toEqual([]);
});

test('without installations, the page says how to name them', async ({ app, page, service }) => {
  service.state.installations = [];
  await app.open('/readiness');
  await expect(page.getByRole('link', { name: 'All installations' })).toHaveCount(0);
  await app.open('/fleet');
  await expect(page.getByText('No installations found')).toBeVisible();
  await expect(page.getByText(/DASHKEEP_FLEET_TARGETS/)).toBeVisible();
});

test('another organization learns once why it sees no installations, and is not asked to try again', async ({
  app,
  page,
}) => {
  const message = 'this is possible only in the home organization';
  await page.route('**/api/v1/fleet', (route) =>
    route.fulfill({ status: 403, json: { error: { code: 'DK_HOME_ORGANIZATION', message, hint: '' } } }),
  );
  await app.open('/fleet');
  await expect(page.getByText('Only the home organization can do this')).toBeVisible();
  await expect(page.getByText(message)).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Try again' })).toHaveCount(0);
});

test('readiness follows a target that comes back, by itself and when asked', async ({ app, page, service }) => {
  const bad = page.getByText('A recovery would fail or lose something');
  const down = new DashkeepError('DK_STORE_UNREACHABLE', 'no route to host');
  service.state.readiness.repository = down;
  await app.open('/readiness');
  await expect(bad).toBeVisible();
  service.state.readiness = {};
  await expect(page.getByText('Some evidence that a recovery would work is missing')).toBeVisible({ timeout: 15_000 });

  service.state.readiness = { repository: down };
  await page.getByRole('button', { name: 'Check again' }).click();
  await expect(bad).toBeVisible();
});

test('what readiness advises can be started there, by who may do it', async ({ app, page, service, problems }) => {
  const line = (name: string) =>
    page.getByRole('listitem').filter({ has: page.getByRole('heading', { name, exact: true }) });
  await app.open('/readiness');
  await expect(line('Verification')).toContainText('The repository has not been fully verified yet');
  await expect(line('Restore test').getByRole('button', { name: 'Test a restore now' })).toBeVisible();
  await line('Verification').getByRole('button', { name: 'Verify now' }).click();
  await expect(page.getByRole('heading', { name: 'Verification', exact: true })).toBeVisible();
  await expect(page.getByText('Complete', { exact: true })).toBeVisible({ timeout: 15_000 });
  expect(service.state.runs[0]).toMatchObject({ kind: 'verify', status: 'complete' });
  await page.getByRole('link', { name: 'Readiness', exact: true }).click();
  await expect(line('Verification')).toContainText('No problems found');
  await expect(line('Verification').getByRole('button')).toHaveCount(0);

  service.state.status = { caller: { org: 2, home: false } };
  await app.open('/readiness');
  await expect(line('Restore test')).toContainText('You need the Admin role in the home organization');
  await expect(line('Restore test').getByRole('button')).toHaveCount(0);
  await expectAccessible(page);

  service.state.status = {};
  await app.open('/readiness');
  await line('Restore test').getByRole('button', { name: 'Test a restore now' }).click();
  await expect(page.getByText('Complete', { exact: true })).toBeVisible({ timeout: 15_000 });
  await page.getByRole('link', { name: 'Readiness', exact: true }).click();
  await expect(line('Restore test')).toContainText('OK');
  await line('Restore test').getByRole('button', { name: 'Test a restore now' }).click();
  await page.getByRole('link', { name: 'Readiness', exact: true }).click();
  const running = page.getByText('Restore test is running', { exact: true }).first();
  await expect(running).toBeVisible();
  await expect(line('Restore test').getByRole('button')).toBeDisabled();
  await expect(running).toBeHidden({ timeout: 15_000 });
  expect(problems).toEqual([]);
});
