import { objectAt, stringAt, type JsonObject } from '../../../../lib/json/json.ts';
import type { SecurityChange } from '../../../../contract/plan.ts';
import type { Content } from '../../content.ts';
import { differences, securityChange } from '../../security/change.ts';
import { rulesOf, uidOfRule } from './content.ts';

/**
 * Labels of live rules that an update changes, by which notification policies decide where alerts go. A rule that names
 * its contact point itself goes by no policy.
 */
export function labelChanges(content: Content, live: Content): SecurityChange[] {
  const before = new Map(rulesOf(live).map((rule) => [uidOfRule(rule), rule]));
  return rulesOf(content).flatMap((rule) => {
    const was = before.get(uidOfRule(rule));
    const isOwn = stringAt(rule, 'notification_settings', 'receiver') !== undefined;
    return was === undefined || isOwn
      ? []
      : differences(labelsOf(was), labelsOf(rule)).map((one) =>
          securityChange('rule-label', { rule: stringAt(rule, 'title') ?? '', ...one }),
        );
  });
}

function labelsOf(rule: JsonObject): Map<string, string> {
  return new Map(Object.entries(objectAt(rule, 'labels') ?? {}).map(([name, value]) => [name, String(value)]));
}
