import { BlockList, isIP, isIPv6 } from 'node:net';
import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { isListed, plainHost } from './addresses.ts';

const NAME = /^(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/;

/** Where the service may connect to: names, names below a domain, addresses and networks. */
export class OutboundAllowList {
  readonly #names = new Set<string>();
  readonly #domains: string[] = [];
  readonly #addresses = new BlockList();

  /**
   * @param text - `s3.example.com, *.amazonaws.com, 10.0.0.0/8, fd00::/8`, with commas or spaces between
   * @param setting - named in errors
   * @throws DK_SETTINGS for an entry that is none of these
   */
  constructor(text: string, setting: string) {
    for (const entry of text.split(/[\s,]+/).filter((one) => one !== '')) {
      if (!this.#add(plainHost(entry))) {
        throw new DashkeepError('DK_SETTINGS', `${setting} is invalid: '${entry}' is not a host, address or network`, {
          advice: reason('name-hosts'),
        });
      }
    }
  }

  /**
   * Whether the name itself is listed, so that it may resolve to any address. @param name - as `plainHost` returns it
   */
  hasName(name: string): boolean {
    return this.#names.has(name) || this.#domains.some((domain) => name.endsWith(domain));
  }

  hasAddress(address: string): boolean {
    return isListed(this.#addresses, address);
  }

  #add(entry: string): boolean {
    const [address = '', prefix, ...rest] = entry.split('/');
    const family = isIP(address) === 0 ? undefined : isIPv6(address) ? 'ipv6' : 'ipv4';
    if (family !== undefined && rest.length === 0) {
      const most = family === 'ipv6' ? 128 : 32;
      const length = prefix === undefined ? most : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
      if (length < 0 || length > most) {
        return false;
      }
      this.#addresses.addSubnet(address, length, family);
      return true;
    }
    if (!NAME.test(entry)) {
      return false;
    }
    if (entry.startsWith('*.')) {
      this.#domains.push(entry.slice(1));
    } else {
      this.#names.add(entry);
    }
    return true;
  }
}
