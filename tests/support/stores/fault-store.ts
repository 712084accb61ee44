import { DashkeepError } from '../../../pkg/contract/errors.ts';
import { ForwardingStore } from '../../../pkg/storage/decorators/forwarding.ts';
import type { DeleteResult, ObjectInfo, ObjectStore, PutOptions, PutResult } from '../../../pkg/storage/store.ts';

export type FaultOperation = 'get' | 'put' | 'head' | 'list' | 'delete' | 'clock';

/** One call as the script sees it, before it happens. */
export interface FaultCall {
  /** Counts from 1 over all operations, in the order in which they were asked for. */
  sequence: number;
  operation: FaultOperation;
  key: string;
}

/** What goes wrong with a call. */
export type Fault =
  /** Nothing happens and the caller is told so. */
  | { kind: 'fail'; error?: Error }
  /** It happens, but the caller is told that it failed. */
  | { kind: 'lose-answer'; error?: Error }
  /** The process is gone: neither this call nor any later one does anything. `after` lets this one still happen. */
  | { kind: 'crash'; after?: boolean }
  | { kind: 'slow'; wait: () => Promise<void> }
  /** A get gives the first bytes only, and no error. A put stores them, as a broken gateway would. */
  | { kind: 'truncate'; bytes: number }
  /** One bit of what a get gives is wrong. */
  | { kind: 'flip'; at: number }
  /** A conditional put writes in spite of the condition. */
  | { kind: 'ignore-condition' }
  /** A list does not show the newest `missing` objects by their date. */
  | { kind: 'stale-list'; missing: number }
  /** A list ends early with an error. */
  | { kind: 'break-list'; after: number; error?: Error };

/** Decides for each call; undefined lets it pass. */
export type FaultScript = (call: FaultCall) => Fault | undefined;

/** Thrown by every call from a crash on. Nobody should catch it and go on writing. */
export class CrashedError extends Error {
  constructor() {
    super('the process has crashed');
    this.name = 'CrashedError';
  }
}

/**
 * A store that goes wrong as scripted. `calls` tells what was asked for, so that a test can enumerate all cut points.
 */
export class FaultStore extends ForwardingStore {
  readonly calls: FaultCall[] = [];
  /** May be exchanged at any time. */
  script: FaultScript;
  #crashed = false;

  constructor(inner: ObjectStore, script: FaultScript = () => undefined) {
    super(inner);
    this.script = script;
  }

  get crashed(): boolean {
    return this.#crashed;
  }

  override get(key: string, options?: { signal?: AbortSignal; maxBytes?: number }): Promise<Buffer> {
    return this.#run('get', key, async (fault) => {
      const body = await super.get(key, options);
      if (fault?.kind === 'truncate') {
        return body.subarray(0, fault.bytes);
      }
      if (fault?.kind === 'flip' && body.length > 0) {
        const at = fault.at % body.length;
        body[at] = (body[at] ?? 0) ^ 1;
      }
      return body;
    });
  }

  override put(key: string, body: Buffer, options?: PutOptions): Promise<PutResult> {
    return this.#run('put', key, (fault) => {
      const bytes = fault?.kind === 'truncate' ? body.subarray(0, fault.bytes) : body;
      const ifAbsent = fault?.kind === 'ignore-condition' ? false : options?.ifAbsent;
      return super.put(key, bytes, { ...options, ifAbsent });
    });
  }

  override head(key: string, options?: { signal?: AbortSignal }): Promise<ObjectInfo | undefined> {
    return this.#run('head', key, () => super.head(key, options));
  }

  override async *list(
    prefix: string,
    options?: { startAfter?: string; signal?: AbortSignal },
  ): AsyncIterable<ObjectInfo> {
    let breaks: { after: number; error: Error } | undefined;
    const infos = await this.#run('list', prefix, async (fault) => {
      if (fault?.kind === 'break-list') {
        breaks = { after: fault.after, error: fault.error ?? failure('list', prefix) };
      }
      const found: ObjectInfo[] = [];
      for await (const info of super.list(prefix, options)) {
        found.push(info);
      }
      return fault?.kind === 'stale-list' ? withoutNewest(found, fault.missing) : found;
    });
    for (const [at, info] of infos.entries()) {
      if (this.#crashed) {
        throw new CrashedError();
      }
      if (breaks !== undefined && at === breaks.after) {
        throw breaks.error;
      }
      yield info;
    }
    if (breaks !== undefined && infos.length <= breaks.after) {
      throw breaks.error;
    }
  }

  override deleteMany(keys: readonly string[], options?: { signal?: AbortSignal }): Promise<DeleteResult[]> {
    return this.#run('delete', keys[0] ?? '', () => super.deleteMany(keys, options));
  }

  override clock(options?: { signal?: AbortSignal }): Promise<Date> {
    return this.#run('clock', '', () => super.clock(options));
  }

  async #run<T>(operation: FaultOperation, key: string, work: (fault: Fault | undefined) => Promise<T>): Promise<T> {
    if (this.#crashed) {
      throw new CrashedError();
    }
    const call: FaultCall = { sequence: this.calls.length + 1, operation, key };
    this.calls.push(call);
    const fault = this.script(call);
    switch (fault?.kind) {
      case 'fail':
        throw fault.error ?? failure(operation, key);
      case 'lose-answer':
        await work(fault);
        throw fault.error ?? failure(operation, key);
      case 'crash':
        this.#crashed = true;
        if (fault.after === true) {
          await work(fault);
        }
        throw new CrashedError();
      case 'slow':
        await fault.wait();
        break;
    }
    const result = await work(fault);
    // What was under way when another call crashed is over, too: its effect may stay, its answer is never seen.
    if (this.#crashed) {
      throw new CrashedError();
    }
    return result;
  }
}

/** Applies a fault to the n-th call that matches, counted from 1. */
export function onNth(n: number, fault: Fault, matches: (call: FaultCall) => boolean = () => true): FaultScript {
  let seen = 0;
  return (call) => {
    if (!matches(call)) {
      return undefined;
    }
    seen += 1;
    return seen === n ? fault : undefined;
  };
}

/** Applies a fault to every call that matches. */
export function onEvery(fault: Fault, matches: (call: FaultCall) => boolean = () => true): FaultScript {
  return (call) => (matches(call) ? fault : undefined);
}

function withoutNewest(infos: readonly ObjectInfo[], missing: number): ObjectInfo[] {
  const newest = [...infos].sort((a, b) => b.lastModified.getTime() - a.lastModified.getTime()).slice(0, missing);
  return infos.filter((info) => !newest.includes(info));
}

function failure(operation: FaultOperation, key: string): DashkeepError {
  return new DashkeepError('DK_STORE_FAILED', `scripted: ${operation} ${key} failed`);
}
