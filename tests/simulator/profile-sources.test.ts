import { expect, it } from 'vitest';
import { SOURCES, UNRECORDED } from '../support/grafana/profiles/sources.ts';
import { PROFILE_NAMES, PROFILES, type Profile } from '../support/grafana/profiles/profiles.ts';
import { recordedVersions } from '../support/recording/files.ts';

/** What names the profile itself. */
const NAMES: (keyof Profile)[] = ['name', 'version', 'major'];

it.each(Object.entries(UNRECORDED))('names a source for each difference of %s from %s', (name, recorded) => {
  const [profile, beside] = [PROFILES[name as keyof typeof UNRECORDED], PROFILES[recorded]];
  const fields = (Object.keys(profile) as (keyof Profile)[]).filter((field) => !NAMES.includes(field));
  const different = fields.filter((field) => JSON.stringify(profile[field]) !== JSON.stringify(beside[field]));
  expect(Object.keys(SOURCES[profile.name as keyof typeof UNRECORDED]).sort()).toEqual(different.sort());
});

it('has a recording or sources for each profile', async () => {
  const known = [...(await recordedVersions()), ...Object.keys(UNRECORDED)];
  expect(known.sort()).toEqual([...PROFILE_NAMES].sort());
});
