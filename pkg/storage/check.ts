import { DashkeepError, asDashkeepError, type ErrorCode } from '../contract/errors.ts';
import type { Clock, Randomness } from '../contract/ports.ts';
import { probeOf } from './probe.ts';
import type { StoreProbe } from './probe.ts';
import { providerHint } from './provider-hints.ts';
import type { ObjectStore } from './store.ts';

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
  milliseconds: number;
  /** The right that is missing, in AWS's words. */
  permission?: string;
  hint?: string;
}

export interface StoreCheck {
  ok: boolean;
  steps: StoreCheckStep[];
  conditionalPut: 'enforced' | 'refused' | 'ignored' | 'racy' | 'unknown';
  /** How far the store's clock is ahead; undefined when it could not be asked. */
  clockAheadMilliseconds?: number;
}

interface CheckOptions {
  clock: Clock;
  random: Randomness;
  signal?: AbortSignal;
}

/** The result of a step that did not throw. */
type Finding = { status?: 'ok' | 'warning' | 'skipped'; detail: string; hint?: string; permission?: string };

/** Where it tries things out; the repository knows the name and leaves it alone. */
const FOLDER = 'probe/';
const RACERS = 8;
/** Beyond it no prune runs. */
const SKEW_MAX_MILLISECONDS = 5 * 60_000;
const SKEW_WARNING_MILLISECONDS = 60_000;

/**
 * Tries out everything that Dashkeep asks of a store, in a folder of its own that it empties again, and names the right
 * that is missing. What it learns goes into `store.capabilities`. Throws only when it is aborted.
 */
export async function checkStore(store: ObjectStore, options: CheckOptions): Promise<StoreCheck> {
  return new StoreChecker(store, options).run();
}

class StoreChecker {
  readonly #store: ObjectStore;
  readonly #probe: StoreProbe | undefined;
  readonly #options: CheckOptions;
  readonly #folder: string;
  readonly #first = Buffer.from('{"check":"first"}\n');
  readonly #second = Buffer.from('{"check":"the second body"}\n');
  readonly #left = new Set<string>();
  readonly #steps: StoreCheckStep[] = [];
  #conditionalPut: StoreCheck['conditionalPut'] = 'unknown';
  #clockAhead: number | undefined;

  constructor(store: ObjectStore, options: CheckOptions) {
    this.#store = store;
    this.#probe = probeOf(store);
    this.#options = options;
    this.#folder = `${FOLDER}${options.random.hex(8)}/`;
  }

  async run(): Promise<StoreCheck> {
    try {
      await this.#step('clock', () => this.#clock());
      const written = await this.#step('write', () => this.#write());
      const read = await this.#step('read', () => this.#read(), written);
      await this.#step('absent', () => this.#absent(), read);
      await this.#step('range', () => this.#range(), read);
      await this.#step('overwrite', () => this.#overwrite(), read);
      await this.#step('list', () => this.#list(written));
      await this.#step('conditional', () => this.#conditional(), written);
      await this.#step('versioning', () => this.#versioning());
      await this.#step('object-lock', () => this.#objectLock());
      await this.#step('delete', () => this.#delete(), written);
    } finally {
      await this.#cleanUp();
    }
    return {
      ok: this.#steps.every((step) => step.ok),
      steps: this.#steps,
      conditionalPut: this.#conditionalPut,
      clockAheadMilliseconds: this.#clockAhead,
    };
  }

  /** Runs a step and records it; returns whether it went well. */
  async #step(step: StoreCheckStepName, work: () => Promise<Finding>, possible = true): Promise<boolean> {
    this.#options.signal?.throwIfAborted();
    const started = this.#options.clock.monotonic();
    const record = (finding: Omit<StoreCheckStep, 'step' | 'milliseconds' | 'ok'>) => {
      const milliseconds = Math.round(this.#options.clock.monotonic() - started);
      this.#steps.push({ step, ok: finding.status !== 'failed', milliseconds, ...finding });
      return finding.status !== 'failed';
    };
    if (!possible) {
      return record({ status: 'skipped', detail: 'needs an object that can be written and read' });
    }
    try {
      return record({ status: 'ok', ...(await work()) });
    } catch (error) {
      this.#options.signal?.throwIfAborted();
      const problem = asDashkeepError(error);
      const hint = providerHint(this.#probe?.provider, problem.code) ?? problem.hint;
      const { code, message: detail } = problem;
      return record({ status: 'failed', code, detail, hint, permission: permissionOf(problem) });
    }
  }

  async #clock(): Promise<Finding> {
    const { clock, signal } = this.#options;
    const before = clock.now().getTime();
    const theirs = (await this.#store.clock({ signal })).getTime();
    const ours = (before + clock.now().getTime()) / 2;
    // Answers are dated to the second, cut off.
    this.#clockAhead = Math.abs(theirs - ours) <= 1_500 ? 0 : Math.round(theirs - ours);
    const apart = Math.abs(this.#clockAhead);
    const detail = apart === 0 ? 'the clocks agree' : `the store’s clock differs by ${Math.round(apart / 1_000)} s`;
    if (apart > SKEW_MAX_MILLISECONDS) {
      throw new DashkeepError('DK_CLOCK_SKEW', detail);
    }
    return apart > SKEW_WARNING_MILLISECONDS
      ? { status: 'warning', detail, hint: 'Beyond five minutes nothing is pruned: let NTP set this machine’s clock.' }
      : { detail };
  }

  async #write(): Promise<Finding> {
    await this.#put('a.json', this.#first);
    return { detail: `${this.#first.length} bytes written` };
  }

  async #read(): Promise<Finding> {
    const body = await this.#get('a.json');
    const head = await this.#store.head(this.#key('a.json'), { signal: this.#options.signal });
    this.#expect(body.equals(this.#first), 'other bytes came back than were written');
    this.#expect(head?.size === this.#first.length, 'the size told is not that of what was written');
    return { detail: 'the same bytes came back' };
  }

  async #absent(): Promise<Finding> {
    try {
      await this.#get('absent.json');
    } catch (error) {
      if (error instanceof DashkeepError && error.code === 'DK_STORE_NOT_FOUND') {
        return { detail: 'an absent object is said to be absent' };
      }
      if (error instanceof DashkeepError && error.code === 'DK_STORE_DENIED') {
        throw new DashkeepError(
          'DK_STORE_DENIED',
          's3:ListBucket is not allowed, so "denied" is also said of what is absent',
          {
            hint: 'Grant s3:ListBucket on the bucket.',
          },
        );
      }
      throw error;
    }
    throw new DashkeepError('DK_STORE_FAILED', 'an object that was never written was given');
  }

  async #range(): Promise<Finding> {
    if (this.#probe === undefined) {
      return { status: 'skipped', detail: 'does not apply here' };
    }
    const part = await this.#probe.range(this.#key('a.json'), 2, 6, this.#options.signal);
    return part.equals(this.#first.subarray(2, 7))
      ? { detail: 'part of an object can be read' }
      : { status: 'warning', detail: 'a range of bytes came back wrong', hint: 'Dashkeep reads whole objects only.' };
  }

  async #overwrite(): Promise<Finding> {
    await this.#put('a.json', this.#second);
    this.#expect((await this.#get('a.json')).equals(this.#second), 'the old bytes came back after a second write');
    return { detail: 'what is written again is seen at once' };
  }

  async #list(written: boolean): Promise<Finding> {
    const names: string[] = [];
    for await (const { key } of this.#store.list(this.#folder, { signal: this.#options.signal })) {
      names.push(key);
    }
    this.#expect(!written || names.join() === this.#key('a.json'), 'a list does not show what was just written');
    return { detail: written ? 'a list shows what was just written' : 'lists are answered' };
  }

  async #conditional(): Promise<Finding> {
    this.#conditionalPut = await this.#conditionalPutOf();
    this.#store.capabilities.conditionalPut = this.#conditionalPut === 'racy' ? 'ignored' : this.#conditionalPut;
    if (this.#conditionalPut === 'enforced') {
      return { detail: 'conditional puts are enforced, also when several write at once' };
    }
    const details = {
      refused: 'the store refuses conditional puts',
      ignored: 'the store ignores the condition of a put',
      racy: 'of several conditional puts at once more than one wins',
      unknown: 'conditional puts could not be tried',
    };
    const hint =
      providerHint(this.#probe?.provider, 'conditional') ?? 'Nothing depends on them: snapshots are safe all the same.';
    return { status: 'warning', detail: details[this.#conditionalPut], hint };
  }

  async #conditionalPutOf(): Promise<'enforced' | 'refused' | 'ignored' | 'racy'> {
    const once = await this.#putIfAbsent('once.json', this.#first);
    if (once === 'refused') {
      return 'refused';
    }
    if ((await this.#putIfAbsent('once.json', this.#second)) !== 'exists') {
      return 'ignored';
    }
    const race = await Promise.all(
      Array.from({ length: RACERS }, (_, at) => this.#putIfAbsent('race.json', Buffer.from(`{"racer":${at}}\n`))),
    );
    return race.filter((outcome) => outcome === 'written').length === 1 ? 'enforced' : 'racy';
  }

  async #versioning(): Promise<Finding> {
    const kept = await this.#inspect((probe) => probe.versioning(this.#options.signal));
    if (typeof kept !== 'boolean') {
      return kept;
    }
    this.#store.capabilities.versioning = kept;
    return kept
      ? {
          detail: 'the bucket keeps versions',
          hint: 'What is pruned stays as an earlier version until a lifecycle rule (NoncurrentVersionExpiration) removes it.',
        }
      : { detail: 'the bucket keeps no versions' };
  }

  async #objectLock(): Promise<Finding> {
    const found = await this.#inspect((probe) => probe.objectLock(this.#options.signal));
    if (typeof found !== 'boolean') {
      return found;
    }
    this.#store.capabilities.objectLock = found;
    if (this.#probe?.wantsLock === true && !found) {
      throw new DashkeepError('DK_SETTINGS', 'object lock is asked for, but the bucket was made without it', {
        hint: 'Make a bucket with object lock, or leave DASHKEEP_S3_OBJECT_LOCK away.',
      });
    }
    return { detail: found ? 'the bucket has object lock' : 'the bucket has no object lock' };
  }

  /** Asks what only an administrator may know: that it is refused is no fault of the target. */
  async #inspect(ask: (probe: StoreProbe) => Promise<boolean>): Promise<boolean | Finding> {
    if (this.#probe === undefined) {
      return { status: 'skipped', detail: 'does not apply here' };
    }
    try {
      return await ask(this.#probe);
    } catch (error) {
      if (error instanceof DashkeepError && ['DK_STORE_DENIED', 'DK_STORE_FAILED'].includes(error.code)) {
        const permission = permissionOf(error);
        const detail = permission === undefined ? 'the store does not tell' : `not known: ${permission} is not allowed`;
        return { status: 'skipped', detail, permission };
      }
      throw error;
    }
  }

  async #delete(): Promise<Finding> {
    const [result] = await this.#store.deleteMany([this.#key('a.json')], { signal: this.#options.signal });
    if (result?.problem?.code === 'denied') {
      return {
        status: 'warning',
        detail: result.problem.message,
        permission: 's3:DeleteObject',
        hint: 'Backups work, but nothing can be pruned with this key, and the objects of this check stay in probe/.',
      };
    }
    this.#expect(result?.problem === undefined, result?.problem?.message ?? '');
    this.#expect(
      (await this.#store.head(this.#key('a.json'), { signal: this.#options.signal })) === undefined,
      'a deleted object is still there',
    );
    this.#left.delete(this.#key('a.json'));
    return { detail: 'deleted objects are gone' };
  }

  /** Also after an abort, and without a word when it fails: the steps have said what there is to say. */
  async #cleanUp(): Promise<void> {
    if (this.#left.size > 0) {
      await this.#store.deleteMany([...this.#left]).catch(() => undefined);
    }
  }

  async #put(name: string, body: Buffer): Promise<void> {
    this.#left.add(this.#key(name));
    await this.#store.put(this.#key(name), body, {
      contentType: 'application/json',
      transient: true,
      signal: this.#options.signal,
    });
  }

  async #putIfAbsent(name: string, body: Buffer): Promise<'written' | 'exists' | 'refused'> {
    const { signal } = this.#options;
    this.#left.add(this.#key(name));
    if (this.#probe !== undefined) {
      return this.#probe.putIfAbsent(this.#key(name), body, signal);
    }
    const { written } = await this.#store.put(this.#key(name), body, { ifAbsent: true, transient: true, signal });
    return written ? 'written' : 'exists';
  }

  #get(name: string): Promise<Buffer> {
    return this.#store.get(this.#key(name), { maxBytes: 10_000, signal: this.#options.signal });
  }

  #key(name: string): string {
    return this.#folder + name;
  }

  #expect(condition: boolean, otherwise: string): void {
    if (!condition) {
      throw new DashkeepError('DK_STORE_FAILED', otherwise);
    }
  }
}

/** The first IAM action that a message names. */
function permissionOf(error: DashkeepError): string | undefined {
  return error.code === 'DK_STORE_DENIED' ? /\b(?:s3|kms):[A-Za-z]+/.exec(error.message)?.[0] : undefined;
}
