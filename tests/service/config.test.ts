import { describe, expect, it } from 'vitest';
import { serviceConfig } from '../../pkg/cli/config/service.ts';
import { KIND_NAMES } from '../../pkg/contract/kinds.ts';

const GRAFANA = { GRAFANA_URL: 'http://grafana:3000' };
const config = (environment: Record<string, string>) => serviceConfig({ ...GRAFANA, ...environment }, {}, 'test');

describe('what the service takes from its environment', () => {
  it('names where each setting comes from', () => {
    const { settings } = config({
      DASHKEEP_TARGET: 's3://bucket/prefix',
      DASHKEEP_KEEP_DAILY: '7',
      DASHKEEP_PRUNE_SCHEDULE: 'off',
    });
    expect(settings.get('target.url')).toEqual({ value: 's3://bucket/prefix', from: 'DASHKEEP_TARGET' });
    expect(settings.get('retention.keepDaily')).toEqual({ value: 7, from: 'DASHKEEP_KEEP_DAILY' });
    expect(settings.get('schedule.prune')).toEqual({ value: '', from: 'DASHKEEP_PRUNE_SCHEDULE' });
  });

  it('turns wanted kinds into excluded ones', () => {
    const { settings } = config({ DASHKEEP_KINDS: 'dashboard,folder' });
    expect(settings.get('scope.excludeKinds')?.value).toEqual(
      KIND_NAMES.filter((kind) => kind !== 'dashboard' && kind !== 'folder'),
    );
  });

  it.each(['127.0.0.1:3000', 'ftp://grafana', 'http//grafana'])('refuses %s as the address of Grafana', (url) => {
    expect(() => config({ GRAFANA_URL: url })).toThrow(expect.objectContaining({ code: 'DK_SETTINGS' }));
  });

  it('knows addresses of both families', () => {
    expect(config({ DASHKEEP_LISTEN: '[::1]:3210' }).listen).toEqual({ host: '::1', port: 3210 });
    expect(config({ DASHKEEP_LISTEN: ':3210' }).listen).toEqual({ host: '0.0.0.0', port: 3210 });
    expect(config({ DASHKEEP_OPS_LISTEN: 'off' }).opsListen).toBeUndefined();
  });

  it('reads the admin Secret of another namespace', () => {
    expect(config({ DASHKEEP_ADMIN_SECRET: 'monitoring/grafana' }).admin.secret).toEqual({
      namespace: 'monitoring',
      name: 'grafana',
    });
  });

  it.each([
    ['DASHKEEP_TARGET', 'bucket/prefix'],
    ['DASHKEEP_SCHEDULE', 'every hour'],
    ['DASHKEEP_TIMEZONE', 'Europe/Nowhere'],
    ['DASHKEEP_KEEP_LAST', '-1'],
    ['DASHKEEP_KEEP_WITHIN', '6m1y'],
    ['DASHKEEP_LISTEN', 'here'],
    ['DASHKEEP_KUBERNETES', 'maybe'],
    ['DASHKEEP_LOG_LEVEL', 'loud'],
    ['DASHKEEP_AGE_RECIPIENTS', 'ssh-rsa'],
    ['DASHKEEP_S3_ENDPOINT', 's3.fr-par.scw.cloud'],
    ['DASHKEEP_WEBHOOK_EVENTS', 'sunset'],
    ['DASHKEEP_KINDS', 'dashbord'],
  ])('refuses %s=%s by its name', (name, value) => {
    expect(() => config({ [name]: value })).toThrow(/./);
    try {
      config({ [name]: value });
    } catch (error) {
      expect((error as { exit: number }).exit).toBe(2);
      expect(String(error)).toMatch(name === 'DASHKEEP_KINDS' ? /dashbord/ : new RegExp(name));
    }
  });
});
