import { setMaxListeners } from 'node:events';
import { compact } from '../../contract/compact.ts';
import { CHECK_STEPS, type CheckStep, type SettingsCheck } from '../../contract/api/settings.ts';
import { asDashkeepError, DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { checkText, failedCheckText } from '../../contract/reasons/check-result.ts';
import { adviceOf, type Reason } from '../../contract/reasons/reason.ts';
import { assertNothingForeign } from '../../repository/config.ts';
import { isKeyFile } from '../../repository/encryption/key-files.ts';
import { KEYS } from '../../repository/layout.ts';
import { openRepository, type OpenOptions } from '../../repository/open.ts';
import { checkStore, isHopeless, STORE_CHECK_STEPS, type StoreCheckStep } from '../../storage/check/check.ts';
import { openExplained } from '../../storage/open.ts';
import type { ObjectStore } from '../../storage/store.ts';
import type { EffectiveSettings } from '../settings/effective.ts';
import type { TargetPorts } from '../repository/opened-target.ts';

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
  lifecycle: 'write',
  delete: 'delete',
};

/** More than a slow store needs, less than a person and the proxies in between wait. */
const CHECK_MILLISECONDS = 25_000;

/** What was skipped says least: nearly everything of that step may have been tried all the same. */
const WORST: readonly CheckStep['status'][] = ['skipped', 'ok', 'warning', 'failed'];

/**
 * Tries everything that a target is needed for, with settings that need not be saved. Cleans up whatever happens.
 * @param within - milliseconds for all of it
 */
export async function checkTarget(
  settings: EffectiveSettings,
  {
    config,
    state,
    storeOptions,
    clock,
    randomness,
    log,
  }: Pick<TargetPorts, 'state' | 'storeOptions' | 'clock' | 'randomness' | 'log'> & {
    config: Pick<TargetPorts['config'], 'agePassphrase'>;
  },
  stopping: AbortSignal,
  within = CHECK_MILLISECONDS,
): Promise<SettingsCheck> {
  const { url } = settings.values.target;
  const options = { ...storeOptions.of(settings), clock, random: randomness, log };
  const late = AbortSignal.timeout(within);
  const signal = AbortSignal.any([stopping, late]);
  // Every call of the check listens to it.
  setMaxListeners(0, signal);
  let store: ObjectStore;
  let resolved: SettingsCheck['resolved'];
  let resolve: CheckStep;
  try {
    if (url === '') {
      throw new DashkeepError('DK_UNCONFIGURED', 'no target is set yet');
    }
    const explained = await openExplained(url, options);
    resolved = explained.settings.map(({ name, value, from }) => ({ name, value, source: from }));
    ({ store } = explained);
    resolve = {
      step: 'resolve',
      status: explained.warnings.length === 0 ? 'ok' : 'warning',
      ...checkText([reason('target-named', { target: store.description })], explained.warnings),
    };
  } catch (error) {
    return { ok: false, steps: allSkipped(failed('resolve', error)), resolved: [] };
  }
  const taken: StoreCheckStep[] = [];
  const work = async (): Promise<CheckStep[]> => {
    const { steps } = await checkStore(store, { clock, random: randomness, signal }, taken);
    const { ageIdentity } = settings.secrets;
    const opening = {
      ...{ clock, randomness, log, state, recipients: settings.values.encryption.recipients },
      passphrases: (await config.agePassphrase?.value()) ?? [],
      identities: ageIdentity === undefined ? [] : [ageIdentity],
    };
    const repository = isHopeless(steps)
      ? skipped('repository', fold(steps))
      : await checkRepository({ ...opening, store, create: false, signal });
    return [...fold(steps), repository];
  };
  const working = work().finally(() => store.close());
  try {
    const shown = [resolve, ...(await Promise.race([working, aborted(signal)]))];
    return { ok: shown.every(({ status }) => status !== 'failed'), steps: shown, resolved };
  } catch (error) {
    if (!late.aborted || stopping.aborted) {
      throw error;
    }
    return { ok: false, steps: allSkipped(resolve, ...unfinished(taken, within)), resolved };
  }
}

/** Rejects when the signal does: a call into a file system that hangs can't be taken back, but it is not waited for. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

/**
 * What is known of a target that took too long for all steps.
 * @param taken - the steps until then
 * @param within - milliseconds
 */
export function unfinished(taken: readonly StoreCheckStep[], within: number): CheckStep[] {
  const next = STORE_CHECK_STEPS[taken.length];
  const step = next === undefined ? 'repository' : SHOWN_AS[next];
  const slow = reason('target-slow', { seconds: String(Math.round(within / 1000)) });
  const cause = new DashkeepError(taken.length === 0 ? 'DK_STORE_UNREACHABLE' : 'DK_STORE_TIMEOUT', '');
  const late = { step, status: 'failed' as const, code: 'DK_STORE_TIMEOUT' as const };
  const known = fold(taken).filter((one) => one.step !== step && one.status !== 'skipped');
  return [...known, { ...late, ...checkText([slow], [adviceOf(cause)]) }];
}

function failed(step: StepName, error: unknown): CheckStep {
  const known = asDashkeepError(error);
  return { step, status: 'failed', code: known.code, ...failedCheckText(known) };
}

function skipped(step: StepName, done: readonly CheckStep[]): CheckStep {
  const cause = done.find(({ status }) => status === 'failed')?.step ?? '';
  return { step, status: 'skipped', ...checkText([reason('needs-earlier-steps', { step: cause })]) };
}

function allSkipped(...done: CheckStep[]): CheckStep[] {
  return CHECK_STEPS.map((step) => done.find((one) => one.step === step) ?? skipped(step, done));
}

/** Several findings about one step: the worst ones decide. */
function fold(steps: readonly StoreCheckStep[]): CheckStep[] {
  const names = CHECK_STEPS.filter((name) => Object.values(SHOWN_AS).includes(name));
  return names.map((name) => {
    const parts = steps
      .filter(({ step }) => SHOWN_AS[step] === name)
      .sort((a, b) => WORST.indexOf(b.status) - WORST.indexOf(a.status));
    const worst = parts[0]?.status ?? 'skipped';
    const decisive = parts.filter(({ status }) => status === worst);
    const code = decisive.find((part) => part.code !== undefined)?.code;
    const hints = worst === 'ok' ? [] : decisive.flatMap((part) => part.hints);
    return {
      step: name,
      status: worst,
      ...compact({ code }),
      ...checkText(
        decisive.map((part) => part.found),
        hints,
      ),
      milliseconds: parts.reduce((sum, { milliseconds }) => sum + milliseconds, 0),
    };
  });
}

async function checkRepository(options: OpenOptions): Promise<CheckStep> {
  const step = 'repository';
  try {
    return { step, status: 'ok', ...checkText([await repositoryFound(options)]) };
  } catch (error) {
    options.signal?.throwIfAborted();
    return failed(step, error);
  }
}

/** @throws also why a backup would be refused */
async function repositoryFound(options: OpenOptions): Promise<Reason> {
  try {
    const repository = await openRepository(options);
    await repository.close();
    if (repository.keyring.refusal !== undefined) {
      throw repository.keyring.refusal;
    }
    return reason((await hasKey(options)) ? 'repository-encrypted' : 'repository-there');
  } catch (error) {
    if (asDashkeepError(error).code !== 'DK_REPOSITORY_MISSING') {
      throw error;
    }
    await assertNothingForeign(options.store, options.signal);
    return reason('repository-none');
  }
}

/** Whether anything in a repository is encrypted: recipients that are set only say how the next backup is written. */
async function hasKey({ store, signal }: OpenOptions): Promise<boolean> {
  for await (const { key } of store.list(KEYS, { signal })) {
    if (isKeyFile(key)) {
      return true;
    }
  }
  return false;
}
