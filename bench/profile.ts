import { readFileSync } from 'node:fs';

/**
 * Prints where the time of a `.cpuprofile` went, as text for the docs: seconds of each function itself, the longest
 * first. `node --cpu-prof build/dashkeep.mjs …` writes such a file.
 */
interface Profile {
  nodes: { id: number; callFrame: { functionName: string; url: string } }[];
  samples: number[];
  /** Microseconds before each sample. */
  timeDeltas: number[];
}

const SHOWN = 25;
const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Profile;
const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
const seconds = new Map<string, number>();
samples.forEach((id, index) => {
  const name = names.get(id) ?? '';
  seconds.set(name, (seconds.get(name) ?? 0) + (timeDeltas[index] ?? 0) / 1e6);
});
const sorted = [...seconds].sort(([, a], [, b]) => b - a);
console.log(`${sorted.reduce((sum, [, one]) => sum + one, 0).toFixed(1)} in all`);
for (const [name, one] of sorted.slice(0, SHOWN)) {
  console.log(`${one.toFixed(2).padStart(6)}  ${name}`);
}

function nameOf({ functionName, url }: Profile['nodes'][number]['callFrame']): string {
  const where = url.startsWith('node:') ? url : '';
  return `${functionName === '' ? '(anonymous)' : functionName} ${where}`.trim();
}
