import { afterEach, expect, it } from 'vitest';
import { reason } from '../../../pkg/contract/reasons/catalogue.ts';
import { checkStore, type StoreCheckStep } from '../../../pkg/storage/check/check.ts';
import { realClock, realRandomness } from '../../support/ports.ts';
import { openTestStore } from '../../support/s3/open-store.ts';
import { startS3Server, type S3Server } from '../../support/s3/server.ts';

let server: S3Server;

afterEach(() => server.close());

/** The step of a check that looks at the lifecycle rules of the bucket; the target is a folder in it. */
async function checked(rule: string): Promise<StoreCheckStep | undefined> {
  server = await startS3Server({ buckets: [{ name: 'test', lifecycle: `<Rule><ID>clean up</ID>${rule}</Rule>` }] });
  const store = await openTestStore(server, { target: 's3://test/some/prefix' });
  const { steps } = await checkStore(store, { clock: realClock, random: realRandomness });
  return steps.find(({ step }) => step === 'lifecycle');
}

const ALL = '<Filter><Prefix></Prefix></Filter>';
const EXPIRES = '<Status>Enabled</Status><Expiration><Days>90</Days></Expiration>';
const NONCURRENT =
  '<Status>Enabled</Status><NoncurrentVersionExpiration><NoncurrentDays>9</NoncurrentDays></NoncurrentVersionExpiration>';
const moves = (when: string, storageClass: string, kind = 'Transition'): string =>
  `${ALL}<Status>Enabled</Status><${kind}>${when}<StorageClass>${storageClass}</StorageClass></${kind}>`;

it.each([
  ['delete current objects of the whole bucket', `${ALL}${EXPIRES}`, 'after 90 days'],
  ['delete those of the folder of the target', `<Filter><Prefix>some/</Prefix></Filter>${EXPIRES}`, 'after 90 days'],
  [
    'delete those of a part of the target',
    `<Filter><Prefix>some/prefix/objects/</Prefix></Filter>${EXPIRES}`,
    'after 90 days',
  ],
  ['have their prefix in the old form', `<Prefix>some</Prefix>${EXPIRES}`, 'after 90 days'],
  ['move current objects to GLACIER', moves('<Days>30</Days>', 'GLACIER'), 'to GLACIER after 30 days'],
  [
    'move current objects to DEEP_ARCHIVE',
    moves('<Date>2030-01-01T00:00:00Z</Date>', 'DEEP_ARCHIVE'),
    'to DEEP_ARCHIVE on a date',
  ],
])('fails where lifecycle rules %s', async (_, rule, what) => {
  expect(await checked(rule)).toMatchObject({
    status: 'failed',
    detail: expect.stringContaining(`clean up (${what})`),
    hints: [reason('remove-expiration')],
  });
});

it.each([
  ['delete in other folders', `<Filter><Prefix>logs/</Prefix></Filter>${EXPIRES}`],
  ['delete objects with other tags', `<Filter><Tag><Key>keep</Key><Value>no</Value></Tag></Filter>${EXPIRES}`],
  ['delete noncurrent versions', `${ALL}${NONCURRENT}`],
  ['move objects where they can be read immediately', moves('<Days>30</Days>', 'GLACIER_IR')],
  ['move noncurrent versions', moves('<NoncurrentDays>9</NoncurrentDays>', 'GLACIER', 'NoncurrentVersionTransition')],
  ['are off', '<Status>Disabled</Status><Expiration><Days>1</Days></Expiration>'],
])('lets lifecycle rules pass that %s', async (_, rule) => {
  expect((await checked(rule))?.status).toBe('ok');
});
