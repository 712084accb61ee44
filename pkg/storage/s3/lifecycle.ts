import { GetBucketLifecycleConfigurationCommand, type LifecycleRule } from '@aws-sdk/client-s3';
import { call, type Connection } from './connection.ts';
import { serviceCode, statusOf } from './errors.ts';
import { valueIf } from '../../lib/expected-errors.ts';

/** Names of the lifecycle rules that delete current objects below the target. */
export async function expiringRules(connection: Connection, signal: AbortSignal | undefined): Promise<string[]> {
  const { client, common, resolved } = connection;
  const what = 'read the lifecycle rules';
  return call(connection, what, 's3:GetLifecycleConfiguration', signal, async () => {
    const isNone = (error: unknown): boolean =>
      serviceCode(error) === 'NoSuchLifecycleConfiguration' || [404, 405, 501].includes(statusOf(error) ?? 0);
    const answer = client.send(new GetBucketLifecycleConfigurationCommand(common), { abortSignal: signal });
    const { Rules = [] } = await answer.catch(valueIf(isNone, { Rules: [] }));
    return Rules.filter((rule) => expires(rule, resolved.prefix, resolved.settings.tags ?? {})).map(nameOf);
  });
}

function expires(rule: LifecycleRule, target: string, tags: Readonly<Record<string, string>>): boolean {
  const { Status, Expiration, Filter } = rule;
  if (Status !== 'Enabled' || (Expiration?.Days === undefined && Expiration?.Date === undefined)) {
    return false;
  }
  // Older rules have their prefix outside the filter.
  const prefix = Filter?.Prefix ?? Filter?.And?.Prefix ?? rule.Prefix ?? '';
  const below = target === '' ? '' : `${target}/`;
  const wanted = [...(Filter?.Tag === undefined ? [] : [Filter.Tag]), ...(Filter?.And?.Tags ?? [])];
  return (
    (below.startsWith(prefix) || prefix.startsWith(below)) &&
    wanted.every(({ Key, Value }) => Key !== undefined && tags[Key] === Value)
  );
}

function nameOf({ ID, Expiration }: LifecycleRule): string {
  const when = Expiration?.Days === undefined ? 'on a date' : `after ${Expiration.Days} days`;
  return `${(ID ?? 'without a name').slice(0, 60)} (${when})`;
}
