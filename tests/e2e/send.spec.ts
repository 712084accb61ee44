import { readFile } from 'node:fs/promises';
import { expect, expectAccessible, GRAFANA_URL } from './support/fixtures.ts';
import { tabTo } from './support/keyboard.ts';
import { test } from './support/madeUp.ts';

test.skip(GRAFANA_URL !== undefined, 'the other Grafana is made up');

test('a folder is sent to another Grafana, and the run is undone @quick', async ({ app, page, problems, service }) => {
  await app.open('/restore');
  await page.getByRole('link', { name: 'Send to another Grafana instance' }).click();
  await page.getByRole('radio', { name: 'A folder' }).check({ force: true });
  await page.getByRole('combobox', { name: /^Folder/ }).click();
  await page.getByRole('option', { name: /^Payments \d/ }).click();
  await expect(page.getByRole('combobox', { name: 'Destination' })).toHaveValue('production');
  await page.getByRole('button', { name: 'Show the plan' }).click();
  await expect(page.getByRole('heading', { name: 'Plan for production' })).toBeVisible();

  // What is to be chosen comes before the button that uses it.
  const [users, button] = await Promise.all([
    page.getByRole('heading', { name: 'Users' }).boundingBox(),
    page.getByRole('button', { name: 'Send now' }).boundingBox(),
  ]);
  expect(users!.y).toBeLessThan(button!.y);

  // Choose what is not clear.
  await page.getByRole('combobox', { name: /^Prometheus/ }).click();
  await page.getByRole('option', { name: 'Prometheus EU' }).click();
  await expect(page.getByText('You chose it.')).toBeVisible();
  await page.getByRole('combobox', { name: /^Payments/ }).click();
  await page.getByRole('option', { name: 'From stage' }).click();
  await expect(page.getByRole('combobox', { name: /^Payments/ })).toHaveValue('From stage');
  await expect(page.getByRole('combobox', { name: /^Prometheus/ })).toHaveValue('Prometheus EU');
  await expectAccessible(page);

  await page.getByRole('button', { name: 'Send now' }).click();
  await expect(page.getByText(/^\d+ resources.* sent$/)).toBeVisible();
  expect(service.state.elsewhere.size).toBeGreaterThan(0);
  await page.getByRole('button', { name: 'Undo the changes in production' }).click();
  await expect(page.getByRole('heading', { name: 'Undo plan for production' })).toBeVisible();
  await page.getByRole('button', { name: 'Undo now' }).click();
  await expect(page.getByText('Organization or folder in which resources are deleted:')).toBeVisible();

  // The same again, from the latest snapshot.
  await app.open('/send');
  const last = page.getByText(/^Last sent to production: just now$/);
  await expect(last.locator('time')).toHaveAttribute('title', /\d:\d\d/);
  const again = page.getByRole('button', { name: 'Send again from the latest snapshot' });
  await expect(again).toHaveText(/\((.* ago|just now)\)$/);
  const backUp = page.getByRole('button', { name: 'Back up the current state' });
  // Many people take the first button.
  expect((await backUp.boundingBox())?.y).toBeLessThan((await again.boundingBox())?.y ?? 0);
  const { options } = service.state;
  const { runTime } = options;
  options.runTime = 300_000;
  await backUp.click();
  await expect(page.getByRole('progressbar').first()).toBeVisible();
  await expect(again).toHaveCount(0);
  options.runTime = runTime;
  await again.click();
  await expect(page.getByRole('combobox', { name: /^Prometheus/ })).toHaveValue('Prometheus EU');
  await expect(page.getByRole('combobox', { name: /^Payments/ })).toHaveValue('From stage');
  expect(problems).toEqual([]);
});

test('replacements are saved as a mapping, downloaded, loaded from a file and used', async ({
  app,
  page,
  problems,
}) => {
  await app.open('/send');
  await page.getByRole('button', { name: 'Show the plan' }).click();
  await expect(page.getByText('Found by login: admin')).toBeVisible();
  await expect(page.getByText(/and may belong to another person/)).toBeVisible();
  // A user who is left out is no mistake.
  await expect(page.getByRole('combobox', { name: /^ada/ })).not.toHaveAttribute('aria-invalid', 'true');
  const grace = page.getByRole('combobox', { name: /^grace/ });
  await expect(grace).toHaveAttribute('aria-invalid', 'true');
  await grace.click();
  await page.getByRole('option', { name: 'Leave out' }).click();
  await expect(grace).toHaveValue('Leave out');
  await expect(grace).not.toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByText(/and may belong to another person/)).toHaveCount(0);
  await page.getByRole('combobox', { name: /^ada/ }).click();
  await page.getByRole('option', { name: /^lovelace/ }).click();
  await expect(page.getByRole('combobox', { name: /^ada/ })).toHaveValue('lovelace');
  await expectAccessible(page);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download as YAML' }).click();
  const path = await (await download).path();
  expect(await readFile(path, 'utf8')).toBe('user:\n  "grace": ""\n  "ada": "lovelace"\n');
  await page.getByLabel('Save these replacements as a mapping').fill('people');
  await page.getByRole('button', { name: 'Save mapping' }).click();
  await expect(page.getByRole('button', { name: 'Replace saved mapping' })).toBeVisible();

  await app.open('/send');
  await page.getByRole('button', { name: 'Load a file' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.locator('input[type=file]').setInputFiles({
    ...{ name: 'stage.yaml', mimeType: 'application/yaml' },
    buffer: Buffer.from('data-source: { prometheus-main: prometheus-eu }\nuids: new\n'),
  });
  await expect(dialog.getByLabel('Name')).toHaveValue('stage');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Save mapping' }).click();
  await expect(page.getByRole('combobox', { name: /^Mapping/ })).toHaveValue('stage');
  await expect(page.getByRole('checkbox', { name: 'Use new UIDs' })).toBeChecked();
  await page.getByRole('combobox', { name: /^Mapping/ }).click();
  await page.getByRole('option', { name: 'people' }).click();
  await expect(page.getByRole('checkbox', { name: 'Use new UIDs' })).toBeChecked({ checked: false });
  await page.getByRole('button', { name: 'Show the plan' }).click();
  await expect(page.getByRole('combobox', { name: /^ada/ })).toHaveValue('lovelace');
  await expect(page.getByRole('combobox', { name: /^Prometheus/ })).toHaveValue('');

  await app.open('/send?mapping=people');
  await page.getByRole('button', { name: 'Delete this mapping' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByRole('combobox', { name: /^Mapping/ })).toHaveValue('');
  await expect(page).toHaveURL(/\/send$/);
  expect(problems).toEqual([]);
});

test('the form keeps its values, and works without a mouse', async ({ app, page }) => {
  await app.open('/send');
  await page.getByRole('radio', { name: 'Also update resources sent before' }).check({ force: true });
  await page.getByRole('checkbox', { name: 'Pause alert rules' }).check({ force: true });
  await tabTo(page.getByRole('button', { name: 'Show the plan' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Send now' })).toBeVisible();
  await page.getByRole('link', { name: 'Edit selection' }).click();
  await expect(page.getByRole('radio', { name: 'Also update resources sent before' })).toBeChecked();
  await expect(page.getByRole('checkbox', { name: 'Pause alert rules' })).toBeChecked();
});

test('conflicts are named, also in the result, and can be planned to be overwritten', async ({
  app,
  page,
  service,
}) => {
  service.state.elsewhere = new Map(service.state.earlier);
  await app.open('/send?promote=yes');
  await page.getByRole('button', { name: 'Show the plan' }).click();
  const conflicts = page.getByRole('alert').filter({ hasText: /conflicts?: th/ });
  await expect(conflicts).toContainText(/Changed there since the last run: .*Checkout/);
  const row = page.getByRole('row', { name: /Conflict.*Checkout/ }).first();
  await expect(row).toContainText('Changed there since the last run');
  await row.click();
  const drawer = page.getByRole('dialog');
  await expect(drawer.getByRole('list', { name: 'Changes' }).getByRole('listitem').first()).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expectAccessible(page);
  await page.setViewportSize({ width: 600, height: 900 });
  await expect(row.getByText(/^Dashboards · Changed there since the last run$/)).toBeVisible();
  const [told, button] = await Promise.all([
    conflicts.boundingBox(),
    page.getByRole('button', { name: 'Send now' }).boundingBox(),
  ]);
  expect(told!.y).toBeLessThan(button!.y);
  await page.getByRole('button', { name: 'Send now' }).click();
  await expect(page.getByText(/^\d+ resources? sent/)).toBeVisible();
  await expect(conflicts).toBeVisible();
  await app.open('/send?promote=yes');
  await page.getByRole('button', { name: 'Show the plan' }).click();
  await expect(page.getByRole('heading', { name: 'Nothing can be sent yet' })).toBeVisible();
  await conflicts.getByRole('button', { name: 'Plan the overwrite' }).click();
  await expect(page.getByRole('heading', { name: 'Plan for production' })).toBeVisible();
  await expect(page.getByText(/\d+ to overwrite/)).toBeVisible();
  await expect(conflicts).toHaveCount(0);

  // What is sent again is the whole, not what resolved the conflicts.
  await page.getByRole('button', { name: 'Send now' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox').fill(await dialog.locator('code').innerText());
  await dialog.getByRole('button', { name: 'Send now' }).click();
  await expect(page.getByText(/^\d+ resources? sent$/)).toBeVisible();
  const again = page.getByRole('button', { name: 'Send again from the latest snapshot' });
  await app.open('/send');
  await again.click();
  await expect(page.getByText(/\d{2,} unchanged/)).toBeVisible();

  service.state.connections = [{ name: 'another', url: 'https://another.example.com' }];
  await app.open('/send');
  await expect(page.getByRole('button', { name: 'Show the plan' })).toBeVisible();
  await expect(again).toHaveCount(0);
});

test('without another Grafana, the page says who can set one up', async ({ app, page, service }) => {
  service.state.connections = [];
  await app.open('/restore');
  await expect(page.getByRole('button', { name: 'Show the plan' })).toBeEnabled();
  await expect(page.getByRole('link', { name: 'Send to another Grafana instance' })).toHaveCount(0);
  await app.open('/send');
  await expect(page.getByText('No other Grafana instance is available here')).toBeVisible();
  await expectAccessible(page);
});

test('the current state can be backed up first, even if there is no backup yet', async ({ app, page, service }) => {
  service.state.snapshots = [];
  await app.open('/send');
  await page.getByRole('button', { name: 'Back up the current state' }).click();
  await expect(page.getByRole('button', { name: 'Show the plan' })).toBeEnabled();
});

test('the run of what was sent leads to its plan', async ({ app, page, service }) => {
  const sent = { kind: 'restore', status: 'complete', connection: 'production', restore: 'plan-1', undoable: true };
  const run = Object.assign(service.state.runs[0]!, sent);
  await app.open(`/runs/${run.id}`);
  await expect(page.getByRole('link', { name: 'Open the plan' })).toBeVisible();
});
