import { BlockList, isIP, isIPv6 } from 'node:net';

type Network = readonly [network: string, prefix: number, family: 'ipv4' | 'ipv6'];

/** IPv4 addresses that hand out the machine's credentials: link-local ones and the metadata services of clouds. */
const METADATA: readonly Network[] = [
  ['169.254.0.0', 16, 'ipv4'],
  // Alibaba Cloud, Oracle Cloud, Azure.
  ['100.100.100.200', 32, 'ipv4'],
  ['192.0.0.192', 32, 'ipv4'],
  ['168.63.129.16', 32, 'ipv4'],
];

/** Never the address of a store or a webhook: these, their like in IPv6, and addresses that name no single machine. */
const NEVER: readonly Network[] = [
  ...METADATA,
  ['0.0.0.0', 8, 'ipv4'],
  ['224.0.0.0', 4, 'ipv4'],
  ['240.0.0.0', 4, 'ipv4'],
  ['::', 128, 'ipv6'],
  ['100::', 64, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  // Site-local, deprecated: as ambiguous as link-local.
  ['fec0::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
  // AWS, Google Cloud, Oracle Cloud, Scaleway.
  ['fd00:ec2::', 32, 'ipv6'],
  ['fd20:ce::254', 128, 'ipv6'],
  ['fd00:c1::a9fe:a9fe', 128, 'ipv6'],
  ['fd00:42::42', 128, 'ipv6'],
];

/** Names of metadata services. Most resolve to an address above, but not everywhere. */
const METADATA_NAMES = new Set([
  'instance-data',
  'instance-data.ec2.internal',
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'metadata.azure.internal',
  'metadata.tencentyun.com',
]);

const metadata = blockList(METADATA);
const never = blockList(NEVER);

/** Whether no allow-list can open this address. Also for IPv4 addresses that are wrapped in an IPv6 address. */
export function isForbiddenAddress(address: string): boolean {
  const plain = plainHost(address);
  if (isIP(plain) !== 6) {
    return holds(never, plain);
  }
  const groups = groupsOf(plain);
  return (
    holds(never, plain) ||
    [...sameHost(groups), ...tunnelEnds(groups)].some((wrapped) => holds(never, wrapped)) ||
    // At most one of these is the real address: a zero in another place must not refuse it.
    localTranslations(groups).some((wrapped) => holds(metadata, wrapped))
  );
}

/** Whether no allow-list can open this name. @param name - as `plainHost` returns it */
export function isForbiddenName(name: string): boolean {
  return METADATA_NAMES.has(name);
}

/**
 * Whether the list holds the address, or the IPv4 address that it is another notation of. The end of a tunnel does not
 * count: its owner is someone else, who can write any address into it.
 */
export function isListed(list: BlockList, address: string): boolean {
  const plain = plainHost(address);
  return [plain, ...(isIP(plain) === 6 ? sameHost(groupsOf(plain)) : [])].some((form) => holds(list, form));
}

/** A host as it is in an address, in lower case, without brackets, zone and final dot. */
export function plainHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/%.*$/, '')
    .replace(/\.$/, '');
}

/** The IPv4 address of an IPv4-mapped, -compatible or -translated address, or of the well-known NAT64 prefix. */
function sameHost(groups: readonly number[]): string[] {
  const [a, b, c, d, e = 0, f = 0, g = 0, h = 0] = groups;
  const leading = groups.findIndex((group) => group !== 0);
  const loopbackOrNone = leading === -1 || (leading === 7 && h === 1);
  const mapped = leading >= 4 && [0, 0xffff].includes(e) && [0, 0xffff].includes(f);
  const translated = a === 0x64 && b === 0xff9b && [c, d, e, f].every((group) => group === 0);
  return (mapped && !loopbackOrNone) || translated ? [dotted(g, h)] : [];
}

/** The IPv4 addresses that packets to an address of 6to4, Teredo (client and server) or ISATAP are sent to. */
function tunnelEnds([a, b = 0, c = 0, d = 0, , f, g = 0, h = 0]: readonly number[]): string[] {
  return [
    ...(a === 0x2002 ? [dotted(b, c)] : []),
    ...(a === 0x2001 && b === 0 ? [dotted(c, d), dotted(g ^ 0xffff, h ^ 0xffff)] : []),
    ...(f === 0x5efe ? [dotted(g, h)] : []),
  ];
}

/**
 * The IPv4 addresses that an address in 64:ff9b:1::/48 can mean (RFC 8215). Each network chooses the length of its
 * prefix, which decides the position of the IPv4 address (RFC 6052).
 */
function localTranslations([a, b, c, d = 0, e = 0, f = 0, g = 0, h = 0]: readonly number[]): string[] {
  if (a !== 0x64 || b !== 0xff9b || c !== 1) {
    return [];
  }
  // Bits 64 to 71 are left out.
  const joined = (high: number, low: number): number => ((high & 255) << 8) | (low >> 8);
  return [
    dotted(d, joined(e, f)),
    dotted(joined(d, (e & 255) << 8), f),
    dotted(joined(e, f), joined(f, g)),
    dotted(g, h),
  ];
}

function dotted(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** The eight groups of an IPv6 address in any of its spellings. */
function groupsOf(address: string): number[] {
  // The URL parser writes it in hexadecimal groups with at most one gap.
  const text = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = text.split('::');
  const parse = (part: string): number[] => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16)));
  const [first, last] = [parse(head), parse(tail ?? '')];
  return [...first, ...new Array<number>(8 - first.length - last.length).fill(0), ...last];
}

function blockList(networks: readonly Network[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    list.addSubnet(...network);
  }
  return list;
}

function holds(list: BlockList, address: string): boolean {
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
