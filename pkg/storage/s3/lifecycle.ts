import { GetBucketLifecycleConfigurationCommand, type LifecycleRule } from '@aws-sdk/client-s3';
import { call, type S3Connection } from './connection.ts';
import { serviceCode, statusOf } from './errors.ts';
import { COLD_CLASSES } from './settings/values.ts';
import { valueIf } from '../../lib/expected-errors.ts';

/** Names of the lifecycle rules that delete current objects below the target, or move them to cold storage. */
export async function expiringRules(connection: S3Connection, signal: AbortSignal | undefined): Promise<string[]> {
  const { client, common, resolved } = connection;
  const what = 'read the lifecycle rules';
  return call(connection, what, 's3:GetLifecycleConfiguration', signal, async () => {
    const isNone = (error: unknown): boolean =>
      serviceCode(error) === 'NoSuchLifecycleConfiguration' || [404, 405, 501].includes(statusOf(error) ?? 0);
    const answer = client.send(new GetBucketLifecycleConfigurationCommand(common), { abortSignal: signal });
    const { Rules = [] } = await answer.catch(valueIf(isNone, { Rules: [] }));
    return Rules.filter((rule) => applies(rule, resolved.prefix, resolved.settings.tags ?? {})).flatMap(losing);
  });
}

function applies(rule: LifecycleRule, target: string, tags: Readonly<Record<string, string>>): boolean {
  const { Status, Filter } = rule;
  if (Status !== 'Enabled') {
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

/** What a rule does to current objects that snapshots do not survive, with its name. */
function losing({ ID = 'without a name', Expiration, Transitions = [] }: LifecycleRule): string[] {
  const moves = Transitions.filter(({ StorageClass = '' }) => COLD_CLASSES.has(StorageClass));
  const expires = Expiration?.Days !== undefined || Expiration?.Date !== undefined;
  const steps = [
    ...(expires ? [whenOf(Expiration)] : []),
    ...moves.map((move) => `to ${move.StorageClass} ${whenOf(move)}`),
  ];
  return steps.length === 0 ? [] : [`${ID.slice(0, 60)} (${steps.join(', ')})`];
}

function whenOf({ Days }: { Days?: number | undefined }): string {
  return Days === undefined ? 'on a date' : `after ${Days} days`;
}
