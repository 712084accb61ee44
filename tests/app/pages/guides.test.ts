import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DashkeepError, failureText } from '../../../pkg/contract/errors.ts';
import { reason } from '../../../pkg/contract/reasons/catalogue.ts';
import { DEPLOYMENT_GUIDES, settingsGuide } from '../../../src/lib/catalogue/guides.ts';

const { explainProblem } = await import('../../../src/lib/problems/problems.ts');

const DOCS = resolve(import.meta.dirname, '../../../docs');

describe('the link to the settings of the deployment', () => {
  it.each([...new Set(Object.values(DEPLOYMENT_GUIDES))])('leads to %s, which exists', (guide) => {
    const [file = '', heading] = guide.split('#');
    const headings = [...readFileSync(resolve(DOCS, file), 'utf8').matchAll(/^## (.+)$/gm)];
    expect([undefined, ...headings.map(([, text = '']) => text.toLowerCase())]).toContain(heading);
  });

  it('is offered with advice that names no setting, such as on a connection that reaches several organizations', () => {
    const advice = reason('name-connection-org', { connection: 'DASHKEEP_CONNECTION_STAGE' });
    const explained = explainProblem(failureText(new DashkeepError('DK_SETTINGS', 'the fact', { advice })));
    expect(explained.guide).toMatch(/\/docs\/settings\.md#connections$/);
    expect(explainProblem(failureText(new DashkeepError('DK_SETTINGS', 'the fact'))).guide).toBeUndefined();
  });

  it('leads to all settings where advice is about the target and the credentials', () => {
    const both = [reason('include-orgs'), reason('include-server-kinds')];
    expect(settingsGuide(both)).toMatch(/\/docs\/settings\.md$/);
    expect(settingsGuide([reason('include-orgs')])).toMatch(/\/docs\/organizations\.md$/);
    expect(settingsGuide([reason('set-copy-target')])).toMatch(/\/docs\/settings\.md#copy$/);
    expect(settingsGuide([reason('plan-again')])).toBeUndefined();
    expect(settingsGuide([])).toBeUndefined();
  });
});
