import { describe, expect, it } from 'vitest';
import { startGrafana } from '../support/grafana/index.ts';
import { KNOWN_DIFFERENCES, surprises } from '../support/grafana/known-differences.ts';
import { PROFILE_NAMES, type ProfileName } from '../support/grafana/profiles.ts';
import { CATALOGUE } from '../support/recording/catalogue/index.ts';
import { differences } from '../support/recording/compare.ts';
import { readRecording, recordedVersions } from '../support/recording/files.ts';
import { play, type Recording } from '../support/recording/play.ts';

const WAIT = 600_000;

async function simulated(version: ProfileName): Promise<Recording> {
  const grafana = await startGrafana({ profile: version });
  try {
    return await play([...CATALOGUE], { url: grafana.url, user: 'admin', password: 'admin', version, pause: 50 });
  } finally {
    await grafana.close();
  }
}

describe.each((await recordedVersions()).filter((name) => PROFILE_NAMES.includes(name as ProfileName)))(
  'the simulator as Grafana %s',
  (version) => {
    it(
      'responds as the recorded Grafana, except where it is known to differ',
      async () => {
        const found = differences(await readRecording(version), await simulated(version as ProfileName));
        expect(surprises(version, found)).toEqual([]);
      },
      WAIT,
    );
  },
);

it(
  'records the same twice',
  async () => {
    expect(await simulated('12.4')).toEqual(await simulated('12.4'));
  },
  WAIT,
);

it('names each known difference once', () => {
  const all = KNOWN_DIFFERENCES.flatMap(({ versions, differences: places }) =>
    versions.flatMap((version) =>
      Object.entries(places).flatMap(([step, ats]) => ats.map((at) => `${version} ${step}: ${at}`)),
    ),
  );
  expect(all.filter((one, index) => all.indexOf(one) !== index)).toEqual([]);
});

it('reports a new difference, and a known one that is gone', () => {
  const known = [{ reason: 'A reason', versions: ['12.4'], differences: { 'folders/one': ['status'] } }];
  const other = { step: 'folders/one', at: 'title', recorded: '"string"', simulated: '"null"' };
  expect(surprises('12.4', [other], known)).toEqual([
    'folders/one: title is "string", simulated "null"',
    'folders/one: status no longer differs: remove it from the known ones',
  ]);
});
