import type { SettingsCandidate, SettingsCheck, SettingsUpdate } from '../../../../pkg/contract/api/settings.ts';
import { FakeError } from './errors.ts';
import type { Call } from './call.ts';

/** The steps of a check of the target; the secret `wrong` fails. */
export function check({ state, body }: Call): SettingsCheck {
  const candidate = body as SettingsCandidate;
  const target = candidate.values?.target ?? state.settings.values.target;
  const wrongKey = candidate.secrets?.s3SecretAccessKey === 'wrong';
  const ok = (step: SettingsCheck['steps'][number]['step'], detail: string, milliseconds: number) => ({
    step,
    status: 'ok' as const,
    detail,
    hint: '',
    milliseconds,
  });
  const skipped = (step: SettingsCheck['steps'][number]['step']) => ({
    step,
    status: 'skipped' as const,
    detail: 'Needs the step before',
    hint: '',
  });
  const resolved = [
    { name: 'endpoint', value: target.endpoint, source: 'settings' },
    { name: 'region', value: target.region, source: 'settings' },
  ];
  if (wrongKey) {
    const hint = 'The secret key does not belong to this access key. Paste both again, without quotes or spaces.';
    const failed = { step: 'write' as const, status: 'failed' as const, detail: 'SignatureDoesNotMatch', hint };
    const rest = (['read', 'list', 'delete', 'repository'] as const).map(skipped);
    return {
      ok: false,
      resolved,
      steps: [ok('resolve', target.url, 2), ok('clock', '0.2 s apart', 20), failed, ...rest],
    };
  }
  return {
    ok: true,
    resolved,
    steps: [
      ok('resolve', target.url, 2),
      ok('clock', '0.2 s apart', 21),
      ok('write', 'a probe of 64 bytes', 48),
      ok('read', 'read back as written', 31),
      ok('list', 'found by listing', 40),
      ok('delete', 'removed', 35),
      ok('repository', 'empty: one will be made by the first backup', 22),
    ],
  };
}

/** Saves what is given, where it is valid and not stale. */
export function saveSettings({ state, body }: Call) {
  const update = body as SettingsUpdate;
  if (update.revision !== undefined && update.revision !== state.settings.revision) {
    throw new FakeError(412, 'DK_SETTINGS_STALE', 'Somebody else saved meanwhile.', 'Load the settings again.');
  }
  const url = update.values?.target?.url;
  if (url !== undefined && !/^(s3|azblob|gs|file):\/\/./.test(url)) {
    const fields = { 'values.target.url': 'Write s3://bucket/prefix.' };
    throw new FakeError(400, 'DK_SETTINGS', 'The settings are not valid.', 'Correct the named fields.', { fields });
  }
  Object.assign(state.settings.values, update.values);
  for (const [name, value] of Object.entries(update.secrets ?? {})) {
    state.settings.secrets[name as keyof typeof state.settings.secrets] = { set: value !== null, owner: 'ui' };
  }
  state.settings.revision = String(Number(state.settings.revision) + 1);
  return state.settings;
}

/** The next times of an expression, by its hours. */
export function schedulePreview({ query }: Call) {
  const expression = query.get('expression') ?? '';
  if (expression.trim().split(/\s+/).length < 5) {
    const fields = { expression: 'A cron expression has five fields.' };
    throw new FakeError(400, 'DK_SETTINGS', 'That is not a schedule.', 'Write five fields.', { fields });
  }
  const hours = Number(/\*\/(\d+)/.exec(expression)?.[1] ?? 24);
  const first = Math.ceil(Date.now() / 3_600_000) * 3_600_000;
  const next = [0, 1, 2, 3, 4].map((step) => new Date(first + step * hours * 3_600_000).toISOString());
  return { next, intervalSeconds: hours * 3600 };
}

const byRule = (rule: string) => ({ reasons: [rule], why: [{ code: 'kept-by-rule', params: { rule } }] });

/** What retention keeps and forgets, by place in the list. */
export function retentionPreview({ state }: Call) {
  const decisions = state.snapshots.map((row, index) => ({
    id: row.id,
    time: row.time,
    ...(index < 12 ? byRule('last') : index < 24 ? byRule('daily') : { reasons: [] }),
  }));
  return {
    kept: decisions.filter((decision) => decision.reasons.length > 0),
    forgotten: decisions.filter((decision) => decision.reasons.length === 0),
  };
}
