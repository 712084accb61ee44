import { describe, expect, it } from 'vitest';
import { resourceChanges } from '../../pkg/engine/changes/changes.ts';
import type { Json } from '../../pkg/lib/json/json.ts';
import { sentences, sentencesAfter } from './sentences.ts';

const rule = (uid: string, title: string) => ({
  uid,
  title,
  condition: 'C',
  data: [
    { refId: 'A', datasourceUid: 'prom', relativeTimeRange: { from: 600, to: 0 }, model: { refId: 'A', expr: 'up' } },
    {
      refId: 'C',
      datasourceUid: '__expr__',
      model: { type: 'threshold', expression: 'A', conditions: [{ evaluator: { type: 'gt', params: [80] } }] },
    },
  ],
  for: '5m',
  noDataState: 'NoData',
  labels: { severity: 'critical' } as Record<string, string>,
  annotations: { summary: 'It is down' } as Record<string, string>,
  isPaused: false,
  notification_settings: undefined as { receiver: string } | undefined,
});
const group = () => ({ title: 'Shop', folderUid: 'f', interval: 60, rules: [rule('r1', 'Down'), rule('r2', 'Slow')] });

describe('a changed group of alert rules', () => {
  it('names each rule and what was done to it', () => {
    expect(
      sentencesAfter('alert-rule-group', group(), (copy) => {
        const [down] = copy.rules;
        copy.interval = 30;
        down!.data[0]!.model.expr = 'up == 0';
        down!.data[1]!.model.conditions![0]!.evaluator.params = [90];
        Object.assign(down!, { for: '10m', isPaused: true, condition: 'B', noDataState: 'OK' });
        down!.labels = { severity: 'warning', team: 'shop' };
        down!.annotations = { summary: 'It is down again' };
        down!.notification_settings = { receiver: 'Chat' };
      }),
    ).toEqual([
      'Evaluation interval changed from 60s to 30s',
      'Rule “Down” paused',
      'Rule “Down”: fires on B instead of C',
      'Rule “Down”: pending period changed from 5m to 10m',
      'Rule “Down”: query A changed',
      'Rule “Down”: threshold of C changed from > 80 to > 90',
      'Rule “Down”: label severity changed from critical to warning',
      'Rule “Down”: label team=shop added',
      'Rule “Down”: annotation summary changed',
      'Rule “Down”: notifies Chat instead of following the notification policies',
      'Rule “Down”: noDataState changed from NoData to OK',
    ]);
  });

  it('names added, removed, renamed and reordered rules', () => {
    expect(
      sentencesAfter('alert-rule-group', group(), ({ rules }) => void rules.splice(0, 1, rule('r3', 'New'))),
    ).toEqual(['Rule “New” added', 'Rule “Down” removed']);
    expect(sentencesAfter('alert-rule-group', group(), ({ rules }) => void rules.reverse())).toEqual([
      'Rules reordered',
    ]);
    expect(sentencesAfter('alert-rule-group', group(), ({ rules }) => void (rules[0]!.title = 'Gone'))).toEqual([
      'Rule “Down” renamed to “Gone”',
    ]);
  });
});

describe('a changed tree of notification policies', () => {
  interface Route {
    receiver: string;
    object_matchers: string[][];
    group_wait?: string;
    routes: Route[];
  }
  const tree = (): { receiver: string; group_by: string[]; routes: Route[] } => ({
    receiver: 'Mail',
    group_by: ['alertname'],
    routes: [
      {
        receiver: 'Chat',
        object_matchers: [['severity', '=', 'critical']],
        routes: [{ receiver: 'Phone', object_matchers: [['team', '=', 'shop']], routes: [] }],
      },
      { receiver: 'Night', object_matchers: [['time', '=~', 'night|late']], group_wait: '30s', routes: [] },
    ],
  });

  it('names policies by what they match', () => {
    expect(
      sentencesAfter('notification-policy', tree(), (copy) => {
        copy.receiver = 'Chat';
        copy.routes[0]!.routes[0]!.receiver = 'Pager';
        copy.routes[1]!.group_wait = '1m';
        copy.routes[0]!.routes.push({ receiver: 'Mail', object_matchers: [['team', '=', 'web']], routes: [] });
      }),
    ).toEqual([
      'Default contact point changed from Mail to Chat',
      'Policy for severity = critical › team = web added',
      'Policy for severity = critical › team = shop: contact point changed from Phone to Pager',
      'Policy for time =~ night|late: group_wait changed from 30s to 1m',
    ]);
    expect(sentencesAfter('notification-policy', tree(), ({ routes }) => void routes.reverse())).toEqual([
      'Policies reordered',
    ]);
    expect(
      sentencesAfter(
        'notification-policy',
        tree(),
        ({ routes }) => void (routes[0]!.object_matchers = [['severity', '=', 'high']]),
      ),
    ).toEqual(['Policy for severity = critical now matches severity = high']);
  });
});

describe('a changed contact point', () => {
  const point = () => ({
    name: 'Chat',
    integrations: [
      {
        uid: 'a',
        type: 'slack',
        settings: { recipient: '#shop', url: 'https://hooks.example.com/one' } as Record<string, string>,
        secureFields: ['url'],
      },
      { uid: 'b', type: 'email', settings: { addresses: 'a@example.com' } as Record<string, string> },
    ],
  });

  it('names integrations and settings, and never shows a secret', () => {
    const copy = point();
    copy.integrations[0]!.settings = { recipient: '#all', url: 'https://hooks.example.com/two' };
    copy.integrations.splice(1, 1, { uid: 'c', type: 'webhook', settings: { url: 'https://example.com' } });
    expect(sentences('contact-point', point(), copy)).toEqual([
      'Integration webhook added',
      'Integration email removed',
      'Integration slack: secret url changed',
      'Integration slack: recipient changed from #shop to #all',
    ]);
    expect(
      JSON.stringify(
        resourceChanges('contact-point', { body: point() as unknown as Json }, { body: copy as unknown as Json }),
      ),
    ).not.toContain('hooks');
  });

  it('says nothing of a secret that only one side could read, but that something differs', () => {
    const copy = point();
    delete copy.integrations[0]!.settings['url'];
    expect(sentences('contact-point', point(), copy)).toEqual(['Other fields changed (integrations.settings.url)']);
  });
});

describe('other changed resources', () => {
  it('name who got or lost what', () => {
    const before = {
      permissions: [
        { role: 'Viewer', permission: 'View' },
        { team: 'Shop', permission: 'Edit' },
      ],
    };
    const after = {
      permissions: [
        { role: 'Viewer', permission: 'Edit' },
        { user: 'ada', permission: 'Admin' },
      ],
    };
    expect(sentences('folder-permissions', before, after)).toEqual([
      'role Viewer has Edit instead of View',
      'team Shop lost Edit',
      'user ada gained Admin',
    ]);
    const team = (members: object[]) => ({ name: 'Shop', email: '', members });
    expect(
      sentences(
        'team',
        team([{ login: 'ada', email: 'a@b.c', permission: 'Member' }]),
        team([{ login: 'bob', email: 'b@b.c', permission: 'Admin' }]),
      ),
    ).toEqual(['ada left (Member)', 'bob joined (Admin)']);
  });

  it('name fields, and of secrets only whether they are stored', () => {
    const before = { name: 'Main', url: 'http://a', jsonData: { timeout: 5 }, secureJsonFields: { password: true } };
    const after = { name: 'First', url: 'http://b', jsonData: { timeout: 9, http: { x: 1 } }, secureJsonFields: {} };
    expect(sentences('data-source', before, after)).toEqual([
      'Title changed from “Main” to “First”',
      'Secret password is no longer stored',
      'url changed from http://a to http://b',
      'jsonData.timeout changed from 5 to 9',
      'jsonData.http.x added: 1',
    ]);
  });

  it('name what was done in a library panel', () => {
    const panel = (unit: string) => ({
      name: 'CPU',
      model: { type: 'stat', title: 'CPU', fieldConfig: { defaults: { unit } } },
    });
    expect(sentences('library-panel', panel('short'), panel('bytes'))).toEqual([
      'Panel “CPU”: unit changed from short to bytes',
    ]);
  });

  it('name the folder that they were moved to', () => {
    const moved = (before: string, after: string) =>
      resourceChanges('dashboard', { body: { a: 1 }, folder: before }, { body: { a: 1 }, folder: after }).changes;
    expect(moved('', 'Shop')).toMatchObject([{ code: 'folder-entered', params: { after: 'Shop' } }]);
    expect(moved('Shop', 'Web / New')).toMatchObject([
      { code: 'folder-moved', params: { before: 'Shop', after: 'Web / New' } },
    ]);
    expect(moved('Shop', '')).toMatchObject([{ code: 'folder-left', params: { before: 'Shop' } }]);
    expect(moved('Shop', 'Shop')).toEqual([]);
  });
});
