import { lookup } from 'node:dns/promises';
import type { LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { DashkeepError } from '../../contract/errors.ts';
import { isForbiddenAddress, isForbiddenName, plainHost } from './addresses.ts';
import type { OutboundAllowList } from './allow-list.ts';

/** All addresses of a name. */
export type Resolve = (name: string) => Promise<LookupAddress[]>;

/**
 * Asks the system's resolver.
 * @throws ENOTFOUND and the like, as Node does
 */
const systemResolve: Resolve = (name) => lookup(name, { all: true });

/**
 * Which hosts may be connected to for an address that a person typed in the pages. Every answer that refuses reads the
 * same, so that nobody learns from it what is in the network.
 */
export class OutboundPolicy {
  readonly #allow: OutboundAllowList | undefined;
  readonly #resolve: Resolve;

  /** @param allow - without one every address but the forbidden ones is allowed */
  constructor(allow: OutboundAllowList | undefined, resolve: Resolve = systemResolve) {
    this.#allow = allow;
    this.#resolve = resolve;
  }

  /**
   * Checks what can be known without asking a name server.
   * @param host - a name or an address, as it is in a URL
   * @throws DK_NOT_ALLOWED
   */
  assertHost(host: string): void {
    const name = plainHost(host);
    const refused =
      isIP(name) === 0
        ? isForbiddenName(name)
        : isForbiddenAddress(name) || (this.#allow !== undefined && !this.#allow.hasAddress(name));
    if (refused) {
      throw notAllowed();
    }
  }

  /**
   * Resolves a host and checks every address. A connection is made to these addresses and no others: asking again could
   * bring another answer.
   * @throws DK_NOT_ALLOWED, or the resolver's own error for a name that may be known
   */
  async addressesOf(host: string): Promise<LookupAddress[]> {
    this.assertHost(host);
    const name = plainHost(host);
    const allow = this.#allow;
    const listed = allow === undefined || allow.hasName(name);
    const addresses = await this.#resolve(host).catch((error: unknown) => {
      throw listed ? error : notAllowed();
    });
    const refused = addresses.some(
      ({ address }) => isForbiddenAddress(address) || (!listed && !allow.hasAddress(address)),
    );
    if (refused || (addresses.length === 0 && !listed)) {
      throw notAllowed();
    }
    return addresses;
  }

  /** For `net.connect` and what is built on it: resolution, check and connection are one. */
  get lookup(): LookupFunction {
    return (host, options, callback) => {
      this.addressesOf(host).then(
        (all) => {
          const wanted = all.filter(({ family }) => [0, undefined, family].includes(familyOf(options.family)));
          const [first] = wanted;
          if (first === undefined) {
            callback(Object.assign(new Error(`no address for ${host}`), { code: 'ENOTFOUND' }), '', 0);
          } else if (options.all === true) {
            callback(null, wanted);
          } else {
            callback(null, first.address, first.family);
          }
        },
        (error: NodeJS.ErrnoException) => callback(error, '', 0),
      );
    };
  }
}

function familyOf(family: number | 'IPv4' | 'IPv6' | undefined): number | undefined {
  return family === 'IPv4' ? 4 : family === 'IPv6' ? 6 : family;
}

function notAllowed(): DashkeepError {
  return new DashkeepError('DK_NOT_ALLOWED', 'this address is not allowed');
}
