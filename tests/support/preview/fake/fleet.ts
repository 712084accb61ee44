import type { Installation } from '../../../../pkg/contract/api/readiness.ts';
import { reason } from '../../../../pkg/contract/reasons/catalogue.ts';
import { because } from '../../../../pkg/contract/reasons/reason.ts';

/** A hundred installations: two need attention, and one cannot be read. */
export function manyInstallations(): Installation[] {
  return Array.from({ length: 100 }, (_, at): Installation => {
    const target = `s3://backups/cluster-${String(at).padStart(2, '0')}`;
    if (at === 17) {
      const reason = 'cannot list snapshots/ in s3://backups at https://s3.example.com: access denied';
      return { target, state: 'unknown', alarms: [{ reason, code: 'DK_STORE_DENIED', params: {} }] };
    }
    const facts = { target, size: 40_000_000 + at * 1_000_000, resources: 800 + at, grafana: '12.4.0' };
    if (at === 42) {
      const late = because(reason('fleet-overdue', { hours: '53', expected: '4.2' }));
      const readiness = { level: 'attention', ...late } as const;
      return { ...facts, state: 'attention', age: 53 * 3600, grafana: '11.6.2', readiness, alarms: [late] };
    }
    if (at === 64) {
      const none = because(reason('fleet-never-full'));
      return { ...facts, state: 'attention', readiness: { level: 'not-ready', ...none }, alarms: [none] };
    }
    const readiness = { level: 'ready', ...because(reason('fleet-ready')) } as const;
    return { ...facts, state: 'ok', age: 600 + at * 60, readiness, alarms: [] };
  });
}
