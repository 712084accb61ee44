import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { BackupReport } from '../pkg/contract/manifest.ts';
import { bareBucket, lowerBound, oneAfterAnother, sizesIn } from './bare.ts';
import { dashkeep, type Measured } from './measure.ts';
import { Servers } from './servers.ts';

const { values: given } = parseArgs({
  options: {
    profile: { type: 'string', default: '11.6,13.2' },
    dashboards: { type: 'string', default: '5000' },
    folders: { type: 'string', default: '300' },
    bytes: { type: 'string', default: '30000' },
    latency: { type: 'string', default: '20' },
    restore: { type: 'boolean', default: true },
  },
  allowNegative: true,
});

/** How many of the classic script's dashboards are really copied; the rest is multiplied. */
const CLASSIC_SAMPLE = 500;

interface Row {
  what: string;
  seconds: number;
  requests: number;
  mebibytes: number;
  peak: number;
  complete: string;
  ratio: string;
}

const count = Number(given.dashboards);
const all: Record<string, Row[]> = {};
for (const profile of given.profile.split(',')) {
  all[profile] = await benchProfile(profile);
  print(profile, all[profile]);
}
await mkdir('build', { recursive: true });
await writeFile('build/bench.json', JSON.stringify({ given, results: all }, null, 2));
console.log('\nAlso in build/bench.json.');

async function benchProfile(profile: string): Promise<Row[]> {
  const directory = await mkdtemp(join(tmpdir(), 'dashkeep-bench-'));
  const servers = await Servers.start(profile, join(directory, 'bucket'));
  const state = join(directory, 'state');
  const rows: Row[] = [];
  const run = async (what: string, ...args: string[]): Promise<Measured> => {
    await servers.send({ do: 'reset' });
    const measured = await dashkeep(servers.address, state, ...args);
    const counted = await servers.send({ do: 'count' });
    rows.push({
      what,
      seconds: measured.seconds,
      requests: counted.requests.length,
      mebibytes: counted.responseBytes / 2 ** 20,
      peak: measured.peak,
      complete: completeness(measured, counted.dashboards),
      ratio: '',
    });
    return measured;
  };
  try {
    await servers.send({ do: 'seed', count, folders: Number(given.folders), bytes: Number(given.bytes) });
    await servers.send({ do: 'load', latencyMs: Number(given.latency) });
    const backup = ['backup', '--kinds', 'folder,dashboard'];

    await run('full backup', ...backup);
    const counted = await servers.send({ do: 'count' });
    const bucket = bareBucket(servers.address);
    const sizes = await sizesIn(bucket);
    bucket.destroy();
    const bound = await lowerBound(servers.address, counted, sizes);
    const classic = (await oneAfterAnother(servers.address, CLASSIC_SAMPLE)) * (counted.dashboards / CLASSIC_SAMPLE);
    const full = rows[0];
    await run('nothing changed', ...backup);
    await servers.send({ do: 'change', share: 0.01 });
    await run('1 % changed', ...backup);
    if (given.restore) {
      await servers.send({ do: 'wipe' });
      await run(
        'restore everything',
        'restore',
        'latest',
        '--apply',
        '--no-safety-snapshot',
        '--kinds',
        'folder,dashboard',
      );
    }
    await run('verify --read-data', 'verify', '--read-data');

    for (const row of rows) {
      row.ratio =
        full === undefined || row === full ? '' : `${((row.seconds / full.seconds) * 100).toFixed(1)} % of full`;
    }
    if (full !== undefined) {
      full.ratio = `${(full.seconds / bound).toFixed(2)} × bound, ${(classic / full.seconds).toFixed(1)} × faster than one by one`;
    }
    rows.push(bare('lower bound (same reads and puts, bare)', bound));
    rows.push(bare(`one after another (${CLASSIC_SAMPLE} measured, scaled)`, classic));
    return rows;
  } finally {
    await servers.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

function bare(what: string, seconds: number): Row {
  return { what, seconds, requests: 0, mebibytes: 0, peak: 0, complete: '', ratio: '' };
}

/** Expected / stored / lost: a tool can be fast by losing things. */
function completeness({ exit, document }: Measured, expected: number): string {
  const kept = (document as BackupReport | undefined)?.kinds?.dashboard;
  if (kept === undefined) {
    const results = (document as { results?: { kind: string; outcome: string }[] } | undefined)?.results;
    const verified = results?.filter(({ kind, outcome }) => kind === 'dashboard' && outcome === 'verified').length;
    return verified === undefined ? `exit ${exit}` : `${expected} / ${verified} / ${expected - verified}`;
  }
  const stored = kept.stored + kept.reused;
  return `${expected} / ${stored} / ${expected - stored}`;
}

function print(profile: string, rows: Row[]): void {
  console.log(
    `\nGrafana ${profile} (simulated), ${count} dashboards of ${given.bytes} bytes, ${given.latency} ms a request\n`,
  );
  console.log('| what | seconds | requests | MiB read | peak MiB | expected / stored / lost | ratio |');
  console.log('|---|---:|---:|---:|---:|---|---|');
  for (const { what, seconds, requests, mebibytes, peak, complete, ratio } of rows) {
    const cells = [
      what,
      seconds.toFixed(2),
      requests || '',
      mebibytes ? mebibytes.toFixed(1) : '',
      peak ? Math.round(peak) : '',
      complete,
      ratio,
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}
