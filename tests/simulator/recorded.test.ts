import { describe, expect, it } from 'vitest';
import { depth } from '../support/budget.ts';
import { startGrafana } from '../support/grafana/index.ts';
import { surprises, unused } from '../support/grafana/profiles/known-differences.ts';
import type { ProfileName } from '../support/grafana/profiles/profiles.ts';
import { CATALOGUE } from '../support/recording/catalogue.ts';
import { differences, type Difference } from '../support/recording/compare.ts';
import { readRecording, recordedVersions } from '../support/recording/files.ts';
import { namesInProduct } from '../support/recording/known-names.ts';
import { play, type Recording } from '../support/recording/play.ts';

const WAIT = 600_000;
/** After this step the catalogue waits for the alerting of a new organization. */
const BEFORE_ALERTING = 'new-org · put a rule group';
const MINUTE = 60_000;
const VERSIONS = (await recordedVersions()) as ProfileName[];
const NAMES = namesInProduct();

async function simulate(version: ProfileName): Promise<Recording> {
  // Recordings wait until the search index has caught up.
  const grafana = await startGrafana({ profile: version, alertingWarmUpMs: MINUTE });
  try {
    // The alerting of a new organization takes a minute; here its clock is put forward.
    const log = (line: string): void => {
      if (line.startsWith(BEFORE_ALERTING)) {
        grafana.advance(MINUTE);
      }
    };
    return await play([...CATALOGUE], { url: grafana.url, user: 'admin', password: 'admin', version, pause: 50, log });
  } finally {
    await grafana.close();
  }
}

const played = new Map<ProfileName, Promise<Recording>>();

function simulated(version: ProfileName): Promise<Recording> {
  const recording = played.get(version) ?? simulate(version);
  played.set(version, recording);
  return recording;
}

async function found(version: ProfileName): Promise<Difference[]> {
  return differences(await readRecording(version), await simulated(version), (name) => NAMES.has(name));
}

describe.each(VERSIONS)('the simulator as Grafana %s', (version) => {
  it(
    'responds as the recorded Grafana, except where it is known to differ',
    async () => {
      expect(surprises(version, await found(version))).toEqual([]);
    },
    WAIT,
  );

  it(
    'has the pitfalls that were met on a real Grafana',
    async () => {
      const [real, ours] = [pitfalls(await readRecording(version)), pitfalls(await simulated(version))];
      expect(real).toEqual(PITFALLS[version]);
      expect(ours).toEqual(real);
    },
    WAIT,
  );
});

/** What a new Grafana does otherwise than one would think, as recordings show it. */
function pitfalls(recording: Recording): Record<string, unknown> {
  const at = (area: string, step: string) => recording[area]?.[step];
  return {
    'permissions of a missing folder': at('permissions', 'folders: list of a missing one')?.status,
    'permissions of a missing dashboard': at('permissions', 'dashboards: list of a missing one')?.status,
    'empty list of metadata': itemsOf(at('folders', 'objects after all was deleted') ?? at(...EMPTY)),
    'correlations in the list': at('correlations', 'list')?.kept?.['correlations.*.label']?.length,
    'correlations in its total': at('correlations', 'list')?.kept?.['totalCount']?.[0],
    'policies of an org just made': at('new-org', 'policies')?.status,
    'a template for an org just made': at('new-org', 'put a template')?.status,
    'silences of an org just made': at('new-org', 'silences')?.status,
    'orgs of a new user': at('users', 'orgs of a new user')?.kept?.['*.name'],
  };
}

const EMPTY = ['dashboard-objects', 'list, empty, metadata only'] as const;

function itemsOf(step: { shape?: unknown } | undefined): unknown {
  return (step?.shape as { items?: unknown } | undefined)?.items;
}

const COMMON = {
  'permissions of a missing dashboard': 500,
  'correlations in the list': 2,
  'correlations in its total': 3,
  'policies of an org just made': 404,
  'a template for an org just made': 500,
  'silences of an org just made': 404,
  'orgs of a new user': ['Main Org.'],
};
const PITFALLS: Record<string, Record<string, unknown>> = {
  '11.6': { ...COMMON, 'permissions of a missing folder': 404, 'empty list of metadata': undefined },
  '12.4': { ...COMMON, 'permissions of a missing folder': 500, 'empty list of metadata': 'null' },
};

it(
  'knows no difference that is gone',
  async () => {
    const all = await Promise.all(VERSIONS.map(async (version) => ({ version, found: await found(version) })));
    expect(unused(all)).toEqual([]);
  },
  WAIT,
);

it.runIf(depth() === 'all')(
  'records the same twice',
  async () => {
    expect(await simulate('12.4')).toEqual(await simulated('12.4'));
  },
  WAIT,
);

it('reports a new difference, and a known one that is gone', () => {
  const known = [
    { reason: 'A reason', versions: ['12.4'], steps: ['folders/*'], at: ['status'] },
    { reason: 'Another', steps: ['folders/one', 'folders/none'], at: ['title'] },
  ];
  const status = { step: 'folders/one', at: 'status', recorded: '404', simulated: '200' };
  const title = { step: 'folders/one', at: 'title', recorded: '"string"', simulated: '"null"' };
  expect(surprises('12.4', [status, title], known)).toEqual([]);
  expect(surprises('11.6', [status], known)).toEqual(['folders/one: status is 404, simulated 200']);
  expect(unused([{ version: '12.4', found: [title] }], known)).toEqual([
    'folders/* (status) no longer differs: remove it from the known ones',
    'folders/none (title) no longer differs: remove it from the known ones',
  ]);
});
