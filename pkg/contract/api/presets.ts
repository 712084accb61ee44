/** S3 providers that the settings page knows by name; no I/O and no schema library, so that the browser can use it. */
export interface S3Preset {
  name: S3PresetName;
  label: string;
  /** `{region}` and `{account}` are placeholders; empty = AWS's own. */
  endpoint: string;
  regions: readonly string[];
  /** Whether the bucket is in the path rather than in the host name. */
  forcePathStyle: boolean;
}

export const S3_PRESET_NAMES = ['aws', 'scaleway', 'minio', 'ceph', 'garage', 'r2', 'b2', 'other'] as const;
export type S3PresetName = (typeof S3_PRESET_NAMES)[number];

export const S3_PRESETS: readonly S3Preset[] = [
  { name: 'aws', label: 'Amazon S3', endpoint: '', regions: [], forcePathStyle: false },
  {
    name: 'scaleway',
    label: 'Scaleway',
    endpoint: 'https://s3.{region}.scw.cloud',
    regions: ['fr-par', 'nl-ams', 'pl-waw', 'it-mil'],
    forcePathStyle: false,
  },
  {
    name: 'minio',
    label: 'MinIO',
    endpoint: 'https://minio.example.org',
    regions: ['us-east-1'],
    forcePathStyle: true,
  },
  {
    name: 'ceph',
    label: 'Ceph (RADOS gateway)',
    endpoint: 'https://rgw.example.org',
    regions: ['default', 'us-east-1'],
    forcePathStyle: true,
  },
  {
    name: 'garage',
    label: 'Garage',
    endpoint: 'http://garage.example.org:3900',
    regions: ['garage'],
    forcePathStyle: true,
  },
  {
    name: 'r2',
    label: 'Cloudflare R2',
    endpoint: 'https://{account}.r2.cloudflarestorage.com',
    regions: ['auto'],
    forcePathStyle: false,
  },
  {
    name: 'b2',
    label: 'Backblaze B2',
    endpoint: 'https://s3.{region}.backblazeb2.com',
    regions: ['us-west-004', 'us-east-005', 'eu-central-003'],
    forcePathStyle: false,
  },
  { name: 'other', label: 'Other', endpoint: '', regions: [], forcePathStyle: true },
];
