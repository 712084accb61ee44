import { expect, it } from 'vitest';
import type { Manifest } from '../../../pkg/contract/manifest.ts';
import { Needs } from '../../../pkg/service/readiness/needs.ts';

it('a recovery needs plugins first, but not the own app', async () => {
  const needs = new Needs({ object: () => Promise.resolve('{"version":"1.6.4"}') });
  const resources = ['dashkeep-backup-app', 'grafana-clock-panel'].map((uid) => {
    return { org: 1, kind: 'plugin', uid, title: uid, object: uid };
  });

  const found = await needs.of({ resources } as Manifest, undefined, new AbortController().signal);

  expect(found).toMatchObject({ plugins: { items: [{ uid: 'grafana-clock-panel', detail: '1.6.4' }] } });
});
