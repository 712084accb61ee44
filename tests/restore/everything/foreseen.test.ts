import { expect, it } from 'vitest';
import { ForeseenSecurity } from '../../../pkg/engine/restore/everything/foreseen-security.ts';
import type { PlannedItem } from '../../../pkg/engine/restore/types.ts';

it('replaces a dashboard with its app only if a person saw that', () => {
  const item = (uid: string, more: Partial<PlannedItem> = {}): PlannedItem => ({
    ...{ org: 1, kind: 'dashboard', uid, title: uid, folder: '', action: 'update', reason: '', code: 'differs' },
    ...{ params: {}, losses: [], security: [], ...more },
  });
  const app = { app: 'notes-app' };
  const foreseen = new ForeseenSecurity([item('seen', app), item('other')]);
  const left = foreseen.only([item('seen', app), item('other', app)], () => false);
  expect(left.map(({ uid, action, app: by }) => [uid, action, by])).toEqual([
    ['seen', 'update', 'notes-app'],
    ['other', 'blocked', undefined],
  ]);
});
