import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { canonicalJson, parseJson } from '../../pkg/lib/json/json.ts';
import type { Form } from '../../pkg/lib/json/canonical-form.ts';
import { objectIdOf } from '../../pkg/repository/objects/id.ts';
import { MAX_ENCODED_BYTES, type EncodedObject } from '../../pkg/repository/objects/encoder.ts';
import { Encoder } from '../../pkg/repository/objects/encode-thread.ts';

const MANY = 500;
const KEY = '0123456789abcdef'.repeat(4);
let code: string;

beforeAll(async () => {
  const entry = fileURLToPath(new URL('../../pkg/repository/objects/encode-worker.ts', import.meta.url));
  const built = await build({ entryPoints: [entry], bundle: true, platform: 'node', format: 'cjs', write: false });
  code = built.outputFiles[0]!.text;
});

const text = (number: number): string =>
  `{"id":7,"title":"Board \\u003c${number}\\u003e","b":[1.0],"a":"${'x'.repeat(number)}"}`;

/** A body that is a part of something larger, as those of a list are. */
function form(number: number): Form {
  const whole = Buffer.from(`[${text(number)},{}]`);
  return {
    bytes: whole.subarray(1, 1 + Buffer.byteLength(text(number))),
    changes: { without: ['id'], with: { uid: '"board"' } },
    head: '{"spec":',
    tail: '}',
  };
}

function expected(number: number): string {
  const { id: _, ...spec } = parseJson(text(number)) as Record<string, never>;
  return canonicalJson({ spec: { ...spec, uid: 'board' } });
}

async function pressAll(press: Encoder, before?: string): Promise<(EncodedObject | undefined)[]> {
  return Promise.all(Array.from({ length: MANY }, (_, number) => press.encode(form(number), before)));
}

function expectAll(pressed: (EncodedObject | undefined)[], key?: string): void {
  expect(pressed).toHaveLength(MANY);
  pressed.forEach((one, number) => {
    expect(one).toMatchObject({ id: objectIdOf(expected(number), key), bytes: Buffer.byteLength(expected(number)) });
    expect(gunzipSync(one!.body!).toString('utf8')).toBe(expected(number));
    // It waits for the store and must not hold the room that it was compressed in.
    expect(one!.body!.buffer.byteLength).toBe(one!.body!.length);
  });
}

describe('bodies made on a second thread', () => {
  it.each([undefined, KEY])('are the same as on the first one, with the key %s', async (key) => {
    const press = new Encoder(key, code);
    // Twice: the thread is ready for the second round at the latest.
    expectAll(await pressAll(press), key);
    expectAll(await pressAll(press), key);
    await press.close();
  });

  it('come from that thread when there are many', async () => {
    const press = new Encoder(
      undefined,
      `const { parentPort } = require('node:worker_threads');
      parentPort.on('message', ({ number }) => parentPort.postMessage({ number, it: { id: 'there', bytes: 1 } }));`,
    );
    expect((await pressAll(press)).filter((one) => one?.id === 'there').length).toBeGreaterThan(0);
    await press.close();
  });

  it.each([
    ['cannot start', 'throw new Error("no");'],
    // As when the system allows no more threads, the constructor throws.
    ['is refused', {} as string],
    ['ends in the middle', 'require("node:worker_threads").parentPort.once("message", () => process.exit(1));'],
    [
      'has no memory left',
      'require("node:worker_threads").parentPort.once("message", () => { const all = []; for (;;) all.push(new Array(1e6).fill(0).map(() => ({}))); });',
    ],
  ])('are made here when it %s', async (_, broken) => {
    const press = new Encoder(undefined, broken);
    expectAll(await pressAll(press));
    expectAll(await pressAll(press));
    await press.close();
  });

  it('are made here when it is closed before it has answered', async () => {
    const press = new Encoder(undefined, 'require("node:worker_threads").parentPort.on("message", () => undefined);');
    const pressing = pressAll(press);
    await press.close();
    expectAll(await pressing);
  });

  it('are not compressed where nothing changed', async () => {
    const press = new Encoder(undefined, code);
    const id = objectIdOf(expected(3), undefined);
    expect(await press.encode(form(3), id)).toEqual({ id, bytes: Buffer.byteLength(expected(3)), body: undefined });
    await press.close();
  });

  it('are left to others when they need the parser, or are large', async () => {
    const press = new Encoder(undefined, code);
    const twice = { ...form(1), bytes: Buffer.from('{"a":1,"a":2}') };
    const large = { ...form(1), bytes: Buffer.from(`{"a":"${'x'.repeat(MAX_ENCODED_BYTES)}"}`) };
    for (let times = 0; times < MANY; times++) {
      expect(await press.encode(twice, undefined)).toBeUndefined();
    }
    expect(await press.encode(large, undefined)).toBeUndefined();
    await press.close();
  });
});
