import { describe, expect, it } from 'vitest';
import type { CheckText } from '../../../pkg/contract/reasons/check-result.ts';
import { reasonSentence } from '../../../pkg/contract/reasons/reason.ts';
import { service, setUp, snapshot } from './harness.ts';

describe('the API of settings', () => {
  setUp();

  it('keeps settings with owners, takes secrets and never gives them back', async () => {
    const { json: before, headers } = await service.call('GET', '/settings');
    expect(headers.get('etag')).toBe(`"${before.revision}"`);
    expect(before.owners['target.url']).toEqual({ owner: 'deployment', source: 'DASHKEEP_TARGET' });
    expect(before.owners['retention.keepLast']).toEqual({ owner: 'default' });
    const secret = 'very-secret-key-material-123';
    const retention = { ...before.values.retention, keepLast: 7 };
    const saved = await service.call(
      'PUT',
      '/settings',
      { values: { retention }, secrets: { s3SecretAccessKey: secret } },
      { 'if-match': `"${before.revision}"` },
    );
    expect(saved.status).toBe(200);
    expect(saved.json.values.retention.keepLast).toBe(7);
    expect(saved.json.secrets.s3SecretAccessKey).toEqual({ set: true, owner: 'ui' });
    expect(saved.text).not.toContain(secret);
    const stale = await service.call(
      'PUT',
      '/settings',
      { values: { retention } },
      { 'if-match': `"${before.revision}"` },
    );
    expect([stale.status, stale.json.error.code]).toEqual([412, 'DK_SETTINGS_STALE']);
    const owned = await service.call('PUT', '/settings', {
      values: { target: { ...before.values.target, url: 's3://other/bucket' } },
    });
    expect(owned.json.error.fields).toEqual({ 'target.url': 'set by the deployment (DASHKEEP_TARGET)' });
    expect(owned.json.error.fieldReasons).toEqual({
      'target.url': { code: 'deployment-owned', params: { source: 'DASHKEEP_TARGET' } },
    });
    const wrong = await service.call('PUT', '/settings', {
      values: { schedule: { ...before.values.schedule, backup: 'whenever', timezone: 'Etc/UTC' } },
    });
    expect(wrong.status).toBe(400);
    expect(wrong.json.error.fields['schedule.backup']).toContain('deployment');
  });

  it('says of a value that is too small, too large or no number what it may be, as data for each field', async () => {
    const { retention, schedule } = (await service.call('GET', '/settings')).json.values;
    const wrong = {
      retention: { ...retention, keepLast: -1, keepHourly: 1_000_000, keepDaily: 1.5, keepWithin: 'often' },
      schedule: { ...schedule, timezone: 'x'.repeat(101) },
    };
    const { status, json } = await service.call('PUT', '/settings', { values: wrong });
    expect([status, json.error.code]).toEqual([400, 'DK_USAGE']);
    expect(json.error.fieldReasons).toEqual({
      'values.retention.keepLast': { code: 'number-small', params: { least: '0' } },
      'values.retention.keepHourly': { code: 'number-large', params: { most: '100000' } },
      'values.retention.keepDaily': { code: 'number-whole', params: {} },
      'values.retention.keepWithin': { code: 'value-invalid', params: expect.anything() },
      'values.schedule.timezone': { code: 'text-long', params: { most: '100' } },
    });
    expect(json.error.fields['values.retention.keepLast']).toBe('the minimum is 0');
    const preview = await service.call('POST', '/retention/preview', { retention: wrong.retention });
    expect(preview.json.error.fieldReasons['retention.keepLast'].code).toBe('number-small');
  });

  it('checks the target step by step and previews schedules and retention', async () => {
    const { json: check } = await service.call('POST', '/settings/check', {});
    expect(check.ok).toBe(true);
    expect(check.steps.map(({ step }: { step: string }) => step)).toEqual([
      'resolve',
      'clock',
      'write',
      'read',
      'list',
      'delete',
      'repository',
    ]);
    const { json: doctor } = await service.call('GET', '/doctor');
    expect(doctor.checks.find(({ name }: { name: string }) => name === 'grafana').status).toBe('ok');
    for (const { detail, findings, hint, hints } of [...check.steps, ...doctor.checks] as CheckText[]) {
      expect(findings.map(reasonSentence).join('; ')).toBe(detail);
      expect(hints.map(reasonSentence).join(' ')).toBe(hint);
    }
    const { json: preview } = await service.call(
      'GET',
      '/schedule/preview?expression=0+*/2+*+*+*&timezone=Europe/Paris',
    );
    expect(preview.next).toHaveLength(5);
    expect(preview.intervalSeconds).toBe(7200);
    const { json: retention } = await service.call('POST', '/retention/preview', {});
    expect(retention.kept.map(({ id }: { id: string }) => id)).toContain(snapshot);
  });
});
