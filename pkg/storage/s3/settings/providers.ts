/** A well-known S3 service, recognized by the host of its endpoint. */
export interface Provider {
  name: string;
  /** The bucket goes into the host name; path style is refused or on its way out there. */
  virtualHost: boolean;
  /** The region that the host name holds, for hints and for noticing a mismatch. */
  region?: string;
}

interface KnownProvider {
  name: string;
  host: RegExp;
  virtualHost?: boolean;
}

const KNOWN: readonly KnownProvider[] = [
  {
    name: 'AWS',
    host: /(?:^|\.)s3[.-](?:dualstack\.|fips\.|accelerate\.)*(?<region>[a-z]{2}(?:-[a-z]+)+-\d)?\.?(?:vpce\.)?amazonaws\.com(?:\.cn)?$/,
    virtualHost: true,
  },
  { name: 'AWS', host: /\.amazonaws\.(?:com|com\.cn|eu)$/, virtualHost: true },
  { name: 'Scaleway', host: /(?:^|\.)s3\.(?<region>[a-z-]+)\.scw\.cloud$/, virtualHost: true },
  { name: 'OVHcloud', host: /(?:^|\.)s3\.(?<region>[a-z0-9-]+)\.(?:io|perf)\.cloud\.ovh\.(?:net|us)$/ },
  { name: 'Cloudflare R2', host: /\.r2\.cloudflarestorage\.com$/ },
  { name: 'Backblaze B2', host: /(?:^|\.)s3\.(?<region>[a-z]+-[a-z]+-\d+)\.backblazeb2\.com$/ },
  { name: 'Wasabi', host: /(?:^|\.)s3\.(?<region>[a-z]+-[a-z]+-\d)\.wasabisys\.com$/ },
  { name: 'DigitalOcean Spaces', host: /(?:^|\.)(?<region>[a-z]{3}\d)\.digitaloceanspaces\.com$/ },
  { name: 'Hetzner', host: /(?:^|\.)(?<region>[a-z]{3}\d)\.your-objectstorage\.com$/ },
  { name: 'Google Cloud Storage', host: /(?:^|\.)storage\.googleapis\.com$/ },
  { name: 'Alibaba Cloud', host: /(?:^|\.)oss-[a-z0-9-]+\.aliyuncs\.com$/, virtualHost: true },
  { name: 'Tencent Cloud', host: /(?:^|\.)cos\.(?<region>[a-z]+-[a-z]+)\.myqcloud\.com$/, virtualHost: true },
];

/** The service behind an endpoint, or undefined for one of one's own (MinIO, Ceph, Garage, …). No endpoint is AWS. */
export function providerOf(endpoint: string | undefined): Provider | undefined {
  if (endpoint === undefined) {
    return { name: 'AWS', virtualHost: true };
  }
  const host = new URL(endpoint).hostname;
  for (const known of KNOWN) {
    const match = known.host.exec(host);
    if (match !== null) {
      return { name: known.name, virtualHost: known.virtualHost ?? false, region: match.groups?.region };
    }
  }
  return undefined;
}

/** Whether AWS could have a region of that name; `fr-par`, `gra` and `auto` are others'. */
export function isAwsRegion(region: string): boolean {
  return /^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/.test(region);
}

const SERVERS: readonly (readonly [RegExp, string])[] = [
  [/^minio/i, 'MinIO'],
  [/ceph/i, 'Ceph'],
  [/^garage/i, 'Garage'],
  [/seaweedfs/i, 'SeaweedFS'],
  [/versitygw/i, 'Versity S3 Gateway'],
  [/rustfs/i, 'RustFS'],
];

/** The software behind an endpoint, by its `Server` header. */
export function serverName(header: string | undefined): string | undefined {
  return SERVERS.find(([pattern]) => pattern.test(header ?? ''))?.[1];
}
