import { describe, expect, it } from 'vitest';
import type { RestoreRequest } from '../../pkg/contract/api/restores.ts';
import { showPage } from './host/runtime.ts';

showPage({ timezone: 'Europe/Paris', regionalFormat: 'de-DE' });

describe('what a restore asks for', async () => {
  const { parametersOf, readForm, requestOf } = await import('../../src/pages/Restore/request.ts');
  const form = (parameters: Record<string, string | readonly string[] | undefined>, base?: RestoreRequest) =>
    readForm(
      {
        read: (name) => [parameters[name] ?? []].flat()[0] ?? '',
        readAll: (name) => [parameters[name] ?? []].flat(),
      },
      base,
    );

  it.each([
    { snapshot: 's', selection: { type: 'everything' as const }, options: {} },
    { snapshot: 's', selection: { type: 'folder' as const, org: 2, uid: 'a/b' }, options: { overwrite: true } },
    {
      snapshot: 's',
      selection: { type: 'kinds' as const, kinds: ['dashboard' as const, 'folder' as const] },
      options: { includeManaged: true },
    },
    {
      snapshot: 's',
      selection: {
        type: 'resources' as const,
        resources: [
          { org: 1, kind: 'dashboard' as const, uid: 'with/slash' },
          { org: 2, kind: 'alert-rule-group' as const, uid: 'a,b&c' },
        ],
      },
      options: { copy: { suffix: '(old)', folderUid: 'x', org: 3 } },
    },
  ])('comes back from its own address: %j', (request) => {
    expect(requestOf(form(parametersOf(request)))).toEqual(request);
  });

  it('is nothing while something is still to be chosen', () => {
    expect(requestOf(form({ snapshot: 's', type: 'folder' }))).toBeUndefined();
    expect(requestOf(form({ snapshot: 's', type: 'kinds', kinds: '' }))).toBeUndefined();
    expect(requestOf(form({ type: 'everything' }))).toBeUndefined();
  });

  it('comes back whole from its plan when it is too much for an address, with what was decided there', () => {
    const resources = Array.from({ length: 300 }, (_, index) => ({
      ...{ org: 1, kind: 'dashboard' as const, uid: `uid-${index}` },
    }));
    const request: RestoreRequest = {
      snapshot: 's',
      selection: { type: 'resources', resources },
      options: { withDependencies: true, dataSources: { old: 'new' }, overwrite: true },
    };
    const parameters = parametersOf({ ...request, id: 'p' });
    expect(parameters).toMatchObject({ plan: 'p', resource: [] });
    expect(requestOf(form(parameters, request))).toEqual(request);
  });

  it('never deletes beside single resources: there is nothing that they could lack', () => {
    const parameters = {
      snapshot: 's',
      type: 'resources',
      resource: '1/dashboard/a',
      overwrite: 'yes',
      deleteExtra: 'yes',
    };
    expect(requestOf(form(parameters))?.options).toEqual({ overwrite: true });
  });

  it('never deletes unless overwriting was chosen, too', () => {
    expect(requestOf(form({ snapshot: 's', deleteExtra: 'yes' }))?.options).toEqual({});
  });
});
