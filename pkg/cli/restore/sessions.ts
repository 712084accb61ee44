import { compact } from '../../contract/compact.ts';
import { DashkeepError } from '../../contract/errors.ts';
import type { Session } from '../../operations/session.ts';
import { CONNECTIONS } from '../../repository/layout.ts';
import { OutboundPolicy } from '../../storage/outbound/policy.ts';
import { Configuration } from '../config/configuration.ts';
import { connectionOf } from '../config/connection.ts';
import { targetOf, type CommonFlags } from '../config/settings.ts';
import { withSession } from '../open.ts';
import type { CliContext } from '../context.ts';

/** Repositories that a restore works with. */
export interface Sessions {
  /** Holds the snapshot. */
  source: Session;
  /** Of the Grafana that is written to: holds the safety snapshot, the record and the lock. */
  session: Session;
}

/** Opens both repositories, which are the same unless it goes to a connection. Closes them whatever happens. */
export async function withSessions<T>(
  context: CliContext,
  flags: CommonFlags & { to?: string },
  work: (sessions: Sessions) => Promise<T>,
): Promise<T> {
  return withSession(context, flags, false, (source) =>
    flags.to === undefined
      ? work({ source, session: source })
      : withConnection(context, flags, flags.to, (session) => work({ source, session })),
  );
}

/** Opens the repository of a connection, below that of the target; creates it where there is none. */
export async function withConnection<T>(
  context: CliContext,
  flags: CommonFlags,
  name: string,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const { environment, clock, randomness, log } = context;
  const configuration = new Configuration(environment, flags);
  const { credentials, ...connection } = connectionOf(configuration, name);
  const outbound = new OutboundPolicy(configuration.get('DASHKEEP_OUTBOUND_ALLOW'));
  const link = {
    ...connection,
    outbound,
    concurrency: configuration.get('DASHKEEP_GRAFANA_CONCURRENCY'),
    timeout: configuration.get('DASHKEEP_GRAFANA_TIMEOUT'),
    credentials: () => credentials,
    orgCredentials: () => new Map(),
    ...{ clock, randomness, log },
  };
  const target = `${targetOf(configuration).replace(/\/+$/, '')}/${CONNECTIONS}${name}`;
  try {
    return await withSession(context, { ...flags, target }, true, (session) =>
      work({ ...session, grafana: () => link }),
    );
  } catch (error) {
    throw error instanceof DashkeepError && error.code.startsWith('DK_GRAFANA_') ? ofConnection(name, error) : error;
  }
}

/** Two Grafanas are involved, so an error names the one that it is about. */
function ofConnection(name: string, cause: DashkeepError): DashkeepError {
  const { code, message, advice } = cause;
  return new DashkeepError(code, `connection ${name}: ${message}`, { cause, ...compact({ advice }) });
}
