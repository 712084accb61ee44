import { expect, GRAFANA_URL } from '../support/fixtures.ts';
import { test } from '../support/madeUp.ts';

test.skip(GRAFANA_URL !== undefined, 'these states are made up');

test('a service that has just started says that, and its page goes on by itself', async ({ app, page, service }) => {
  service.state.status = { protection: 'unconfigured', token: { state: 'unknown', source: 'bootstrap', orgs: [] } };
  await app.open('');
  await expect(page.getByText('The service is starting')).toBeVisible();
  await expect(page.getByText('Set up the backup target')).toHaveCount(0);
  service.state.status = {};
  await expect(page.getByText('Last backup complete')).toBeVisible();
});

test('a backup that its service did not survive says why it ended and what to do', async ({ app, page, service }) => {
  const failed = service.state.runs.find(({ status }) => status === 'failed');
  Object.assign(failed!, {
    status: 'interrupted',
    failure: {
      code: 'DK_INTERRUPTED',
      message: 'the service was restarted, or its process was killed, during this run',
      hint: 'Start the run again. Published snapshots are not affected.',
    },
  });
  await app.open(`/runs/${failed!.id}`);
  await expect(page.getByText(/was restarted, or its process was killed/)).toBeVisible();
  await expect(page.getByText('Start the run again. Published snapshots are not affected.')).toBeVisible();
});
