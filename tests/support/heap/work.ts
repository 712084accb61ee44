/**
 * Works like a backup, in its own process: much garbage, little that stays. Prints how many full collections the
 * same work took with a small heap, in a room where it then fails, and after it.
 */
import assert from 'node:assert/strict';
import { constants, PerformanceObserver, type NodeGCPerformanceDetail } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { inRoomyHeap, keepHeapSmall } from '../../../pkg/lib/memory/heap-tuning.ts';
import { keepYoungHeapSmall } from '../../../pkg/lib/memory/young-heap.ts';

const { NODE_PERFORMANCE_GC_MAJOR } = constants;
let collections = 0;
new PerformanceObserver((seen) => {
  for (const { detail } of seen.getEntries() as { detail?: NodeGCPerformanceDetail }[]) {
    collections += detail?.kind === NODE_PERFORMANCE_GC_MAJOR ? 1 : 0;
  }
}).observe({ entryTypes: ['gc'] });

const ring: unknown[] = [];
const ROUNDS = 200;
const A_ROUND = 100;
const RING = 600;

async function work(): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    for (let number = 0; number < A_ROUND; number++) {
      // What is replaced is old by then.
      ring[(round * A_ROUND + number) % RING] = Array.from({ length: 300 }, (_, index) => ({ index }));
    }
    await wait(1);
  }
}

async function counted(what: () => Promise<void>): Promise<number> {
  const before = collections;
  await what();
  await wait(10);
  return collections - before;
}

async function failing(): Promise<void> {
  await work();
  throw new Error('as told');
}

keepHeapSmall();
keepYoungHeapSmall();
await work();
const before = await counted(work);
const inside = await counted(() => assert.rejects(inRoomyHeap(failing), { message: 'as told' }));
console.log(JSON.stringify([before, inside, await counted(work)]));
