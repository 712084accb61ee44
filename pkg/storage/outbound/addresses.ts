import { BlockList, isIP, isIPv6 } from 'node:net';

/**
 * Never the address of a store or a webhook: link-local addresses, the metadata services of clouds (which hand out the
 * machine's credentials), and addresses that name no single machine.
 */
const NEVER: readonly [network: string, prefix: number, family: 'ipv4' | 'ipv6'][] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  // Alibaba Cloud, Oracle Cloud, Azure.
  ['100.100.100.200', 32, 'ipv4'],
  ['192.0.0.192', 32, 'ipv4'],
  ['168.63.129.16', 32, 'ipv4'],
  ['224.0.0.0', 4, 'ipv4'],
  ['240.0.0.0', 4, 'ipv4'],
  ['::', 128, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
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

const never = new BlockList();
for (const [network, prefix, family] of NEVER) {
  never.addSubnet(network, prefix, family);
}

/** Whether no allow-list can open this address. Also for IPv4 addresses that are wrapped in an IPv6 address. */
export function isForbiddenAddress(address: string): boolean {
  return formsOf(address).some((form) => never.check(form, isIPv6(form) ? 'ipv6' : 'ipv4'));
}

/** Whether no allow-list can open this name. @param name - as `plainHost` returns it */
export function isForbiddenName(name: string): boolean {
  return METADATA_NAMES.has(name);
}

/** Whether the list holds the address, or the IPv4 address that it wraps. */
export function isListed(list: BlockList, address: string): boolean {
  return formsOf(address).some((form) => list.check(form, isIPv6(form) ? 'ipv6' : 'ipv4'));
}

/** A host as it is in an address, in lower case, without brackets, zone and final dot. */
export function plainHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/%.*$/, '')
    .replace(/\.$/, '');
}

/** The address itself, and the IPv4 address inside it where it is one of a translation or tunnel. */
function formsOf(address: string): string[] {
  const plain = plainHost(address);
  if (isIP(plain) !== 6) {
    return [plain];
  }
  const wrapped = wrappedAddress(groupsOf(plain));
  return wrapped === undefined ? [plain] : [plain, wrapped];
}

/** IPv4-mapped and -compatible, NAT64, 6to4, Teredo and ISATAP. */
function wrappedAddress(groups: readonly number[]): string | undefined {
  const [a = 0, b = 0, c = 0, , , f = 0, g = 0, h = 0] = groups;
  const leading = groups.findIndex((group) => group !== 0);
  if (a === 0x2002) {
    return dotted(b, c);
  }
  if (a === 0x2001 && b === 0) {
    return dotted(g ^ 0xffff, h ^ 0xffff);
  }
  const mapped = leading >= 4 && [0, 0xffff].includes(groups[4] ?? 0) && [0, 0xffff].includes(f);
  const loopbackOrNone = leading === -1 || (leading === 7 && h === 1);
  if ((mapped && !loopbackOrNone) || (a === 0x64 && b === 0xff9b) || f === 0x5efe) {
    return dotted(g, h);
  }
  return undefined;
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
