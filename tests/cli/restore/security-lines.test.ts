import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import type { CliContext } from '../../../pkg/cli/context.ts';
import { printRestore } from '../../../pkg/cli/restore/output.ts';
import { planMarkdown } from '../../../pkg/cli/restore/markdown.ts';
import type { Plan } from '../../../pkg/engine/restore/types.ts';

const item = (uid: string, after: string) => ({
  ...{ org: 1, kind: 'dashboard-permissions', uid, title: uid, folder: '', action: 'update', losses: [], reason: '' },
  security: [{ code: 'permission', params: { subject: 'role', name: 'Viewer', before: '', after } }],
});

function printed(items: object[], json: boolean): string {
  const stdout = new PassThrough();
  const context = { stdout, stderr: stdout, environment: {} } as unknown as CliContext;
  printRestore(context, { json }, { snapshot: 's', items, missing: [], dataSources: [] } as unknown as Plan, undefined);
  return String(stdout.read());
}

it('two resources with the same security change are one line, also as Markdown', () => {
  const items = [item('a', 'View'), item('b', 'View')];
  const line = '2 × dashboard-permissions (a, b): Role Viewer: nothing → View.';
  expect(printed(items, false)).toContain(`  ${line}`);
  const plan = { snapshot: 's', items, missing: [], dataSources: [] } as unknown as Plan;
  expect(planMarkdown(plan, 'production', [])).toContain(`\n${line}\n`);
});

it('the same security change in many resources is one line of a plan, after the one that differs', () => {
  const items = Array.from({ length: 12 }, (_, index) => item(`d${index}`, 'View'));
  items.splice(6, 0, item('odd', 'Edit'));
  const lines = printed(items, false)
    .split('\n')
    .filter((line) => line.startsWith('  '));
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/^ {2}dashboard-permissions odd: .*Viewer.*Edit/);
  expect(lines[1]).toMatch(/^ {2}12 × dashboard-permissions \(d0, d1, d2, d3, d4 and 7 more\): .*Viewer.*View/);
  expect(JSON.parse(printed(items, true))).toMatchObject({ plan: items.map(({ uid }) => ({ uid })) });
});
