import { CHECK_STEPS, type CheckStep, type SettingsCheck } from '../../contract/api/settings.ts';
import { asDashkeepError, DashkeepError } from '../../contract/errors.ts';
import type { Clock, Log, Randomness } from '../../contract/ports.ts';
import { openRepository, type OpenOptions } from '../../repository/repository.ts';
import type { StateStore } from '../../repository/state.ts';
import { checkStore, type StoreCheckStep } from '../../storage/check/check.ts';
import type { ObjectStore } from '../../storage/store.ts';
import type { EffectiveSettings } from '../settings/effective.ts';
import { explainTarget, openTarget, type StorePorts } from './target.ts';

type StepName = CheckStep['step'];

/** What the store's own check calls things, as the steps that people see. */
const SHOWN_AS: Record<StoreCheckStep['step'], StepName> = {
  clock: 'clock',
  write: 'write',
  read: 'read',
  absent: 'read',
  range: 'read',
  overwrite: 'write',
  list: 'list',
  conditional: 'write',
  versioning: 'write',
  'object-lock': 'write',
  delete: 'delete',
};

/** What was skipped tells least: nearly everything of that step may have been tried all the same. */
const WORST: readonly CheckStep['status'][] = ['skipped', 'ok', 'warning', 'failed'];

export interface TargetCheckPorts {
  state: StateStore;
  environment: StorePorts['environment'];
  clock: Clock;
  randomness: Randomness;
  log: Log;
}

/** Tries everything that a target is needed for, with settings that need not be saved. Cleans up whatever happens. */
export async function checkTarget(
  settings: EffectiveSettings,
  { state, environment, clock, randomness, log }: TargetCheckPorts,
  signal: AbortSignal,
): Promise<SettingsCheck> {
  const ports: StorePorts = { environment, clock, random: randomness, log };
  let store: ObjectStore;
  let resolved: SettingsCheck['resolved'];
  let resolve: CheckStep;
  try {
    if (settings.values.target.url === '') {
      throw new DashkeepError('DK_UNCONFIGURED', 'no target is set yet');
    }
    const explained = await explainTarget(settings, ports);
    resolved = explained.settings.map(({ name, value, from }) => ({ name, value, source: from }));
    store = await openTarget(settings, ports);
    resolve = {
      step: 'resolve',
      status: explained.warnings.length === 0 ? 'ok' : 'warning',
      detail: store.description,
      hint: explained.warnings.join(' '),
    };
  } catch (error) {
    const { code, message: detail, hint } = asDashkeepError(error);
    return { ok: false, steps: allSkipped({ step: 'resolve', status: 'failed', code, detail, hint }), resolved: [] };
  }
  try {
    const { steps } = await checkStore(store, { clock, random: randomness, signal });
    const { ageIdentity } = settings.secrets;
    const opening = {
      ...{ clock, randomness, log, state, passphrases: [], recipients: settings.values.encryption.recipients },
      identities: ageIdentity === undefined ? [] : [ageIdentity],
    };
    const shown = [resolve, ...fold(steps), await checkRepository({ ...opening, store, create: false, signal })];
    return { ok: shown.every(({ status }) => status !== 'failed'), steps: shown, resolved };
  } finally {
    await store.close();
  }
}

function allSkipped(first: CheckStep): CheckStep[] {
  return CHECK_STEPS.map((step) =>
    step === first.step ? first : { step, status: 'skipped', detail: 'needs the steps before it', hint: '' },
  );
}

/** Several findings about one step: the worst one decides, and is told first. */
function fold(steps: readonly StoreCheckStep[]): CheckStep[] {
  const names = CHECK_STEPS.filter((name) => Object.values(SHOWN_AS).includes(name));
  return names.map((name) => {
    const parts = steps
      .filter(({ step }) => SHOWN_AS[step] === name)
      .sort((a, b) => WORST.indexOf(b.status) - WORST.indexOf(a.status));
    const worst = parts[0]?.status ?? 'skipped';
    const telling = parts.filter(({ status }) => status === worst);
    const hints = telling.map(({ hint, permission }) =>
      [permission === undefined ? '' : `Grant ${permission}.`, hint ?? ''].join(' ').trim(),
    );
    const code = telling.find((part) => part.code !== undefined)?.code;
    return {
      step: name,
      status: worst,
      ...(code === undefined ? {} : { code }),
      detail: [...new Set(telling.map(({ detail }) => detail))].join('; '),
      hint: worst === 'ok' ? '' : [...new Set(hints)].join(' ').trim(),
      milliseconds: parts.reduce((sum, { milliseconds }) => sum + milliseconds, 0),
    };
  });
}

async function checkRepository(options: OpenOptions): Promise<CheckStep> {
  const step = 'repository';
  try {
    const repository = await openRepository(options);
    await repository.close();
    const detail = `there is a repository${repository.encrypted ? ', encrypted' : ''}`;
    return { step, status: 'ok', detail, hint: '' };
  } catch (error) {
    options.signal?.throwIfAborted();
    const { code, message, hint } = asDashkeepError(error);
    if (code === 'DK_REPOSITORY_MISSING') {
      return { step, status: 'ok', detail: 'there is none yet: the first backup makes it', hint: '' };
    }
    return { step, status: 'failed', code, detail: message, hint };
  }
}
