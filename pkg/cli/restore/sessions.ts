import { linkOf, targetOfConnection, withName } from '../../operations/connection.ts';
import type { Session } from '../../operations/session.ts';
import { OutboundPolicy } from '../../storage/outbound/policy.ts';
import { Configuration } from '../config/configuration.ts';
import { connectionOf } from '../config/connection.ts';
import { targetOf, type CommonFlags } from '../config/settings.ts';
import { recipientsBeside, sessionIn, withSession, withStore } from '../open.ts';
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
      : withConnection(context, flags, { name: flags.to, source }, (session) => work({ source, session })),
  );
}

/** Opens the repository of a connection, below that of the target; creates it where there is none. */
async function withConnection<T>(
  context: CliContext,
  flags: CommonFlags,
  { name, source }: { name: string; source: Session },
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const { environment, clock, randomness, log } = context;
  const configuration = new Configuration(environment, flags);
  const connection = connectionOf(configuration, name);
  const link = linkOf(connection, {
    outbound: new OutboundPolicy(configuration.get('DASHKEEP_OUTBOUND_ALLOW')),
    concurrency: configuration.get('DASHKEEP_GRAFANA_CONCURRENCY'),
    timeout: configuration.get('DASHKEEP_GRAFANA_TIMEOUT'),
    ...{ clock, randomness, log },
  });
  const target = targetOfConnection(targetOf(configuration), connection);
  try {
    const recipients = recipientsBeside(configuration, source.repository);
    const below = { ...flags, target };
    return await withStore(context, below, (store) =>
      sessionIn(context, below, { store, create: true, recipients, beside: source.repository.id }, (session) =>
        work({ ...session, grafana: () => link }),
      ),
    );
  } catch (error) {
    throw withName(name, error);
  }
}
