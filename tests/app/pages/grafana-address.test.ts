import { describe, expect, it } from 'vitest';
import { grafanaAddress } from '../../../src/lib/resources/grafanaAddress.ts';

describe('the address of Grafana’s own page', () => {
  it('is known for dashboards, folders and alert rules', () => {
    expect(grafanaAddress('dashboard', 'cpu')).toBe('/d/cpu');
    expect(grafanaAddress('folder', 'infra')).toBe('/dashboards/f/infra');
    expect(grafanaAddress('alert-rule', 'down')).toBe('/alerting/grafana/down/view');
    expect(grafanaAddress('alert-rule-group', 'infra/a/b c')).toBe('/alerting/list?search=group%3A%22a%2Fb%20c%22');
    expect(grafanaAddress('alert-rule-group', 'infra/a"b')).toBe('/alerting/list');
    expect(grafanaAddress('dashboard-permissions', 'cpu')).toBeUndefined();
  });

  it('leads nowhere else, whatever the UID holds', () => {
    expect(grafanaAddress('dashboard', '../../evil?x#y')).toBe('/d/..%2F..%2Fevil%3Fx%23y');
  });
});
