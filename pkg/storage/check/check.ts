import { asDashkeepError, type ErrorCode } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { adviceOf, reasonFrom, reasonSentence, type Reason } from '../../contract/reasons/reason.ts';
import type { ObjectStore } from '../store.ts';
import {
  clockAhead,
  conditionalPutOf,
  judgeClock,
  learnConditionalPut,
  tryLifecycle,
  tryObjectLock,
  tryVersioning,
  type ConditionalPut,
} from './features.ts';
import { tryAbsent, tryDelete, tryList, tryOverwrite, tryRange, tryRead, tryWrite } from './objects.ts';
import { providerHint } from './provider-hints.ts';
import { permissionOf, CheckContext, type CheckOptions, type Finding } from './context.ts';

export const STORE_CHECK_STEPS = [
  'clock',
  'write',
  'read',
  'absent',
  'range',
  'overwrite',
  'list',
  'conditional',
  'versioning',
  'object-lock',
  'lifecycle',
  'delete',
] as const;
export type StoreCheckStepName = (typeof STORE_CHECK_STEPS)[number];

export interface StoreCheckStep {
  step: StoreCheckStepName;
  status: 'ok' | 'warning' | 'failed' | 'skipped';
  /** False only when the step failed: with a warning the target is usable. */
  ok: boolean;
  /** What made it fail. */
  code?: ErrorCode;
  detail: string;
  /** The detail as data. */
  found: Reason;
  milliseconds: number;
  /** The right that is missing, in AWS's words. */
  permission?: string;
  /** What to do about it, each once. */
  hints: Reason[];
}

export interface StoreCheck {
  ok: boolean;
  steps: StoreCheckStep[];
  conditionalPut: ConditionalPut;
  /** How far the store's clock is ahead; undefined when it could not be asked. */
  clockAheadMilliseconds?: number;
}

/**
 * Tries out everything that Dashkeep asks of a store, in its own folder that it empties again, and names the right
 * that is missing. What it learns goes into `store.capabilities`. Throws only when it is aborted.
 * @param taken - gets each step as soon as it is taken
 */
export async function checkStore(
  store: ObjectStore,
  options: CheckOptions,
  taken: StoreCheckStep[] = [],
): Promise<StoreCheck> {
  const context = new CheckContext(store, options);
  const steps = new Steps(context, taken);
  let conditionalPut: ConditionalPut = 'unknown';
  let clockAheadMilliseconds: number | undefined;
  try {
    await steps.take('clock', async () => judgeClock((clockAheadMilliseconds = await clockAhead(context))));
    const written = await steps.take('write', () => tryWrite(context));
    const read = await steps.take('read', () => tryRead(context), written);
    await steps.take('absent', () => tryAbsent(context), read);
    await steps.take('range', () => tryRange(context), read);
    await steps.take('overwrite', () => tryOverwrite(context), read);
    await steps.take('list', () => tryList(context, written));
    await steps.take(
      'conditional',
      async () => {
        const found = await conditionalPutOf(context);
        conditionalPut = found;
        return learnConditionalPut(context, found);
      },
      written,
    );
    await steps.take('versioning', () => tryVersioning(context));
    await steps.take('object-lock', () => tryObjectLock(context));
    await steps.take('lifecycle', () => tryLifecycle(context));
    await steps.take('delete', () => tryDelete(context), written);
  } finally {
    await context.cleanUp();
  }
  return { ok: steps.taken.every((step) => step.ok), steps: steps.taken, conditionalPut, clockAheadMilliseconds };
}

type Result = Pick<StoreCheckStep, 'status' | 'found' | 'code' | 'permission'> & { hints?: Reason[] };

/** What is wrong with the target as a whole: each further step would only repeat it, some after a time-out. */
const CONCERNS_ALL: ReadonlySet<ErrorCode> = new Set([
  ...(['DK_STORE_UNREACHABLE', 'DK_STORE_TIMEOUT', 'DK_STORE_CREDENTIALS', 'DK_STORE_NO_BUCKET'] as const),
  ...(['DK_CLOCK_SKEW', 'DK_NOT_ALLOWED', 'DK_SETTINGS'] as const),
]);

/** @returns whether one cause keeps everything else about the target from being checked */
export function isHopeless(steps: readonly Pick<StoreCheckStep, 'code'>[]): boolean {
  return steps.some(concernsAll);
}

function concernsAll({ code }: Pick<StoreCheckStep, 'code'>): boolean {
  return code !== undefined && CONCERNS_ALL.has(code);
}

/** Takes steps one after another and writes down what each came to. */
class Steps {
  readonly taken: StoreCheckStep[];
  readonly #context: CheckContext;

  constructor(context: CheckContext, taken: StoreCheckStep[]) {
    this.#context = context;
    this.taken = taken;
  }

  /** @returns whether it was taken and went well */
  async take(step: StoreCheckStepName, work: () => Promise<Finding>, possible = true): Promise<boolean> {
    const { clock, signal, probe } = this.#context;
    signal?.throwIfAborted();
    const started = clock.monotonic();
    const record = ({ hints = [], ...finding }: Result): boolean => {
      const milliseconds = Math.round(clock.monotonic() - started);
      const detail = reasonSentence(finding.found);
      const ok = finding.status !== 'failed';
      this.taken.push({ step, ok, milliseconds, detail, ...finding, hints });
      return ok;
    };
    const cause = this.taken.find(concernsAll);
    if (cause !== undefined || !possible) {
      const found = cause === undefined ? reason('needs-object') : reason('needs-earlier-steps', { step: cause.step });
      record({ status: 'skipped', found });
      return false;
    }
    try {
      const { hint, ...finding } = await work();
      return record({ status: 'ok', ...finding, hints: [...granting(finding.permission), ...(hint ? [hint] : [])] });
    } catch (error) {
      signal?.throwIfAborted();
      const problem = asDashkeepError(error);
      const { code } = problem;
      const permission = permissionOf(problem);
      const provider = providerHint(probe?.provider, code);
      // The error's own advice already says what to grant.
      const hints = provider === undefined ? [adviceOf(problem)] : [...granting(permission), provider];
      return record({ status: 'failed', code, found: reasonFrom(problem), hints, permission });
    }
  }
}

function granting(permission: string | undefined): Reason[] {
  return permission === undefined ? [] : [reason('grant-permission', { permission })];
}
