import { getHeapStatistics } from 'node:v8';

const MIB = 1024 * 1024;

/** This part of the heap that this process may fill, in bytes, and at most that many MiB. */
export function partOfHeap(part: number, mostMib: number): number {
  return Math.floor(Math.min(mostMib * MIB, getHeapStatistics().heap_size_limit * part));
}
