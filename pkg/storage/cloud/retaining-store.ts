import { checkKey } from '../keys.ts';
import type { StoreLock } from '../lock.ts';
import type { PutOptions, PutResult } from '../store.ts';
import type { CloudLock, Retaining, Retention } from './retention.ts';
import { CloudStore } from './store.ts';

/** How an object is written. */
export interface Writing extends PutOptions {
  retention?: Retention;
}

/** A store of a cloud service that holds objects where the settings ask for object lock. */
export abstract class RetainingStore extends CloudStore implements StoreLock {
  protected abstract readonly lock: CloudLock;
  protected abstract readonly retaining: Retaining;

  get lockDays(): number | undefined {
    return this.lock.days;
  }

  get wantsLock(): boolean {
    return this.lockDays !== undefined;
  }

  async hold(key: string, until: Date, options: { signal?: AbortSignal } = {}): Promise<void> {
    checkKey(key);
    await this.lock.hold(this.retaining, key, until, options.signal);
  }

  async heldUntil(key: string, options: { signal?: AbortSignal } = {}): Promise<Date | undefined> {
    checkKey(key);
    return (await this.retaining.read(key, options.signal))?.until;
  }

  override async put(key: string, body: Buffer, options: PutOptions = {}): Promise<PutResult> {
    const retention = options.transient === true ? undefined : this.lock.now;
    const writing: Writing = { ...options, retention };
    const result = await super.put(key, body, writing);
    if (result.written && retention !== undefined) {
      await this.lock.confirm(this.retaining, key, retention, this.description, options.signal);
    }
    return result;
  }
}
