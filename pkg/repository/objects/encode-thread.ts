import { Worker } from 'node:worker_threads';
import type { Form } from '../../lib/json/canonical-form.ts';
import { MAX_ENCODED_BYTES, encode, type EncodedObject, type EncodeRequest } from './encoder.ts';
import type { Numbered } from './encode-worker.ts';
import { keepYoungHeapSmall } from '../../lib/memory/young-heap.ts';

/**
 * `encode-worker.ts` and what it needs as one text, put in by the build; run from source, everything is done on one
 * thread.
 */
declare const BUILT_IN_PRESS: string | undefined;
const CODE = typeof BUILT_IN_PRESS === 'string' ? BUILT_IN_PRESS : undefined;

/**
 * A thread costs some 30 ms and 10 MB: it is started when there is more to do than this. Cold code is slow, so early.
 */
const STARTS_AFTER = 50;

/** Hardly anything outlives an order, and none is large. */
const LIMITS = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 128 };

/** While that many orders wait for the second thread, the first is the faster one. */
const QUEUE = 64;

interface Waiting {
  order: EncodeRequest;
  done: (pressed: EncodedObject | undefined) => void;
}

/** Presses bodies on a second thread while the first one talks to Grafana and the store; whichever has time does it. */
export class Encoder {
  readonly #key: string | undefined;
  readonly #code: string | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #count = 0;

  /**
   * @param key as for `PressOrder`
   * @param code what the thread runs; undefined = there is none
   */
  constructor(key: string | undefined, code: string | undefined = CODE) {
    this.#key = key;
    this.#code = code;
  }

  /** Undefined when the form needs the parser, or is too large for the encoder. */
  encode(form: Form, before: string | undefined): Promise<EncodedObject | undefined> | EncodedObject | undefined {
    if (form.bytes.length + form.head.length + form.tail.length > MAX_ENCODED_BYTES) {
      return undefined;
    }
    const order = { form, key: this.#key, before };
    const number = ++this.#count;
    if (number === STARTS_AFTER && this.#code !== undefined) {
      this.#start(this.#code);
    }
    if (this.#worker === undefined || this.#waiting.size >= QUEUE) {
      return encode(order);
    }
    // A copy of just these bytes, that is handed over: they may be a small part of a large answer.
    const bytes = new Uint8Array(form.bytes);
    this.#worker.postMessage({ number, it: { ...order, form: { ...form, bytes } } }, [bytes.buffer]);
    return new Promise((done) => this.#waiting.set(number, { order, done }));
  }

  /** Ends the thread; what it has not done yet is done here. */
  async close(): Promise<void> {
    await this.#worker?.terminate();
    this.#giveUp();
  }

  #start(code: string): void {
    let worker: Worker;
    try {
      worker = new Worker(code, { eval: true, resourceLimits: LIMITS });
    } catch {
      // The system allows no more threads: this one does the same.
      return;
    }
    worker.once('online', keepYoungHeapSmall);
    worker.on('message', ({ number, it }: Numbered<EncodedObject | undefined>) => {
      this.#waiting.get(number)?.done(it);
      this.#waiting.delete(number);
    });
    // Out of memory, say. Whatever it is, this thread can do the same.
    worker.on('error', () => this.#giveUp());
    worker.on('exit', () => this.#giveUp());
    this.#worker = worker;
  }

  #giveUp(): void {
    this.#worker = undefined;
    for (const [number, { order, done }] of this.#waiting) {
      this.#waiting.delete(number);
      done(encode(order));
    }
  }
}
