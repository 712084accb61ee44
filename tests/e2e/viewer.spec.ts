import { ID, expect, expectAccessible, settled } from './support/fixtures.ts';
import { test } from './support/journey.ts';

const PASSWORD = 'looks-on-only-0815';

for (const role of ['Viewer', 'Editor'] as const) {
  // What keeps one of them out keeps the other out.
  const quick = role === 'Viewer' ? ' @quick' : '';
  const login = `dashkeep-${role.toLowerCase()}`;

  test(`a ${role.toLowerCase()} who logs in sees that the app is for admins, and gets no data${quick}`, async ({
    browser,
    admin,
    grafanaAPIClient,
    baseURL,
  }) => {
    await grafanaAPIClient.createUser({ user: login, password: PASSWORD, role });
    const context = await browser.newContext({ storageState: undefined });
    const answer = await context.request.post('/login', { data: { user: login, password: PASSWORD } });
    expect(answer.ok()).toBe(true);
    const page = await context.newPage();
    const calls: string[] = [];
    page.on('request', (request) => calls.push(request.url()));
    await page.goto(`${baseURL}/a/${ID}/snapshots/latest`);
    await settled(page);
    await expect(page.getByText('Dashkeep is for organization admins')).toBeVisible();
    await expect(page.getByText(/You need the Admin role in this organization/)).toBeVisible();
    await expectAccessible(page);
    expect(calls.filter((url) => url.includes('/api/plugin-proxy/'))).toEqual([]);
    // Grafana's proxy refuses it as well: the role is not a matter of the page.
    const status = await context.request.get(`/api/plugin-proxy/${ID}/api/v1/status`);
    expect(status.status()).toBe(403);
    await context.close();
    const { id } = await admin<{ id: number }>('GET', `/api/users/lookup?loginOrEmail=${login}`);
    await admin('DELETE', `/api/admin/users/${id}`);
  });
}
