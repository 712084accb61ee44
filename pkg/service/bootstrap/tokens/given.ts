import { compact } from '../../../contract/compact.ts';
import { asDashkeepError, DashkeepError } from '../../../contract/errors.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import {
  orgTokenVariable,
  tokenCredentials,
  type CredentialSource,
  type SecretReader,
} from '../../../grafana/http/credentials.ts';
import { hasCode } from '../../../lib/expected-errors.ts';
import { TokenWatch } from './watch.ts';
import { probeToken, type TokenProbeOptions } from './probe.ts';
import type { TokenStatus } from './state.ts';

/** Milliseconds between two looks at tokens that are in use. */
export const LOOK_EVERY_MS = 30_000;

interface GivenToken {
  /** Undefined for the home organization's, whose id need not be known. */
  org: number | undefined;
  variable: string;
  read: SecretReader;
  accepted: boolean | undefined;
  /** Why it cannot be sent. */
  problem?: DashkeepError | undefined;
}

/** Watches tokens that the deployment gives: Dashkeep cannot replace them, but it notices when Grafana refuses one. */
export class GivenTokens extends TokenWatch {
  readonly #options: TokenProbeOptions;
  readonly #tokens: GivenToken[];

  constructor(options: TokenProbeOptions, home: SecretReader, orgs: ReadonlyMap<number, SecretReader>) {
    super();
    this.#options = options;
    this.#tokens = [
      { org: undefined, variable: 'GRAFANA_API_TOKEN', read: home, accepted: undefined },
      ...[...orgs].map(([org, read]) => ({
        org,
        variable: orgTokenVariable(org),
        read,
        accepted: undefined,
      })),
    ];
  }

  get status(): TokenStatus {
    const refused = this.#tokens.filter(({ accepted }) => accepted === false).map(({ variable }) => variable);
    const orgs = this.#tokens.flatMap(({ org, accepted }) =>
      org === undefined ? [] : [{ id: org, state: stateOf(accepted) }],
    );
    const unusable = this.#tokens.find((one) => one.problem !== undefined)?.problem;
    const problem = unusable ?? (refused.length === 0 ? undefined : refusal(refused));
    return compact({ state: stateOf(this.#tokens[0]?.accepted), orgs, problem });
  }

  /** Credentials of a run: a refusal that the run meets is seen here, too. */
  credentials(org?: number): CredentialSource {
    const token = this.#tokens.find((one) => one.org === org);
    if (token === undefined) {
      throw new DashkeepError('DK_BOOTSTRAP', `there is no token for organization ${org}`);
    }
    const source = tokenCredentials(token.read);
    return {
      kind: source.kind,
      variable: token.variable,
      authorization: () => source.authorization(),
      refresh: async () => {
        const [another] = await Promise.all([source.refresh(), this.check()]);
        return another;
      },
    };
  }

  protected override async run(): Promise<void> {
    const signal = this.stopping;
    while (!signal.aborted) {
      await this.check();
      await this.#options.clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
    }
  }

  protected override async checkOnce(): Promise<void> {
    const signal = this.stopping;
    const { log } = this.#options;
    for (const token of this.#tokens) {
      try {
        // A token of few permissions may be refused this request and still be good for what it was made for.
        const accepted = (await probeToken(this.#options, token.read, signal)) !== 'unauthorized';
        if (!accepted && token.accepted !== false) {
          const { code, message, hint } = refusal([token.variable]);
          log.warn({ code, hint }, message);
        }
        token.accepted = accepted;
        token.problem = undefined;
      } catch (error) {
        if (hasCode('DK_SETTINGS')(error)) {
          if (token.problem?.message !== error.message) {
            log.warn({ code: error.code, hint: error.hint }, error.message);
          }
          token.accepted = false;
          token.problem = error;
          continue;
        }
        // That Grafana is away says nothing about the token.
        if (!signal.aborted) {
          log.debug({ reason: asDashkeepError(error).message }, 'a token could not be checked');
        }
      }
    }
  }
}

function stateOf(accepted: boolean | undefined): 'unknown' | 'valid' | 'invalid' {
  return accepted === undefined ? 'unknown' : accepted ? 'valid' : 'invalid';
}

function refusal(variables: readonly string[]): DashkeepError {
  const names = variables.join(', ');
  return new DashkeepError('DK_GRAFANA_UNAUTHORIZED', `Grafana refuses the token from ${names}`, {
    advice: reason('replace-given-token', { names }),
  });
}
