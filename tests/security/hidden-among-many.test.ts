import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import type { CliContext } from '../../pkg/cli/context.ts';
import { confirmPlan } from '../../pkg/cli/restore/confirmation.ts';
import { planMarkdown } from '../../pkg/cli/restore/markdown.ts';
import type { Plan } from '../../pkg/engine/restore/types.ts';

/*
 * The same change in many resources is one line. Among harmless ones, an attacker opens one that is not: a person who
 * confirms, or reads the pull request, must find it by name.
 */

const uids = [...Array.from({ length: 300 }, (_, index) => `d${index}`), 'salaries'];
const items = uids.map((uid) => ({
  org: 1,
  kind: 'dashboard-permissions',
  uid,
  title: uid,
  folder: '',
  action: 'update',
  losses: [],
  reason: '',
  security: [{ code: 'permission', params: { subject: 'role', name: 'Viewer', before: '', after: 'View' } }],
}));
const plan = { snapshot: 's', items, missing: [], dataSources: [], confirm: 'open' } as unknown as Plan;

it('a change that many resources share names each of them where a person confirms it', async () => {
  const stderr = new PassThrough();
  const context = { stderr, environment: {} } as unknown as CliContext;
  await expect(confirmPlan(context, plan, { json: true })).rejects.toMatchObject({ code: 'DK_CONFIRMATION' });
  expect(String(stderr.read())).toMatch(/301 × dashboard-permissions \(.*, salaries\): /);
});

it('names each of them in the Markdown of a pull request', () => {
  expect(planMarkdown(plan, 'production', [])).toMatch(/301 × dashboard-permissions \(.*, salaries\): /);
});
