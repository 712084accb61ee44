import { Button, Drawer, Icon, LinkButton, Stack, Text, TextLink } from '@grafana/ui';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { NamedRef } from '../../../pkg/contract/kinds.ts';
import type { ManifestEntry } from '../../../pkg/contract/manifest.ts';
import { ForeignAlert } from '../../components/ForeignSnapshot.tsx';
import { Facts } from '../../components/Facts.tsx';
import { JsonView } from '../../components/json/JsonView.tsx';
import { QueryView } from '../../components/QueryView.tsx';
import { OutageNotice, ServiceNotice } from '../../components/problems/ServiceNotice.tsx';
import { downloadResource, useResource } from '../../data/useSnapshots.ts';
import { useReturnedFocus } from '../../hooks/useReturnedFocus.ts';
import { formatBytes, formatTime } from '../../lib/format.ts';
import { t } from '../../lib/i18n.ts';
import { kindIcon, kindLabel } from '../../lib/kinds.ts';
import { resourceParameter, routes } from '../../lib/routes.ts';
import { OpenAsItWas } from '../../components/resources/OpenAsItWas.tsx';
import { RuleList } from './RuleList.tsx';

interface Props {
  snapshot: string;
  resource: NamedRef;
  onClose: () => void;
}

/** One stored resource: what it is, what it needs, its JSON, and what can be done with it. */
export function ResourceDrawer({ snapshot, resource, onClose }: Props) {
  const { org, kind, uid } = resource;
  const query = useResource(snapshot, { org, kind, uid });
  const download = useMutation({
    mutationFn: (format: 'body' | 'dashboard') => downloadResource(snapshot, { org, kind, uid }, format),
  });
  const parameter = resourceParameter(resource);
  useReturnedFocus();
  return (
    <Drawer
      title={query.data?.rule?.title || query.data?.entry.title || uid}
      subtitle={kindLabel(kind)}
      size="md"
      onClose={onClose}
    >
      <OutageNotice />
      <QueryView query={query}>
        {({ entry, rule, body, references, foreign, createdBy, updatedBy }) => (
          <Stack direction="column" gap={2}>
            {foreign && <ForeignAlert />}
            <Stack gap={1} wrap="wrap">
              {!foreign && (
                <LinkButton icon="history" href={routes.restore({ snapshot, type: 'resources', resource: parameter })}>
                  {t('resource.restore', 'Restore this')}
                </LinkButton>
              )}
              <LinkButton variant="secondary" icon="code-branch" href={routes.compareNow(snapshot, parameter)}>
                {t('resource.compare', 'Compare with Grafana now')}
              </LinkButton>
              <LinkButton variant="secondary" icon="clock-nine" href={routes.versions(kind, uid)}>
                {t('resource.versions', 'Earlier versions')}
              </LinkButton>
              {kind === 'dashboard' && (
                <Button variant="secondary" icon="download-alt" onClick={() => download.mutate('dashboard')}>
                  {t('resource.downloadDashboard', 'Download for import')}
                </Button>
              )}
              <Button variant="secondary" icon="download-alt" onClick={() => download.mutate('body')}>
                {t('resource.download', 'Download JSON')}
              </Button>
              {kind === 'dashboard' && !foreign && <OpenAsItWas snapshot={snapshot} uid={uid} />}
            </Stack>
            {download.error !== null && <ServiceNotice error={download.error} />}
            <Facts
              facts={[
                [t('column.folder', 'Folder'), entry.folder || '–'],
                ...(rule === undefined ? [] : [groupFact(snapshot, entry)]),
                ['UID', rule?.uid ?? entry.uid],
                ...(rule === undefined ? factsOf(entry, { createdBy, updatedBy }) : []),
              ]}
            />
            {references.length > 0 && (
              <Stack direction="column" gap={0.5}>
                <Text element="h3" variant="h5">
                  {t('resource.needs', 'Dependencies')}
                </Text>
                {references.map((reference) => (
                  <Stack key={`${reference.kind}/${reference.uid}`} gap={1} alignItems="center">
                    <Icon name={kindIcon(reference.kind)} />
                    {reference.held ? (
                      <TextLink
                        inline={false}
                        href={routes.snapshot(snapshot, { resource: resourceParameter({ ...reference, org }) })}
                      >
                        {reference.title ?? reference.uid}
                      </TextLink>
                    ) : (
                      <Text color="warning">
                        {t('resource.notHeld', '{{name}}, not in this snapshot', {
                          name: reference.title ?? reference.uid,
                        })}
                      </Text>
                    )}
                  </Stack>
                ))}
              </Stack>
            )}
            {kind === 'alert-rule-group' && <RuleList snapshot={snapshot} org={org} group={body} />}
            <JsonView
              value={body}
              label={t('resource.json', 'JSON of {{title}}', { title: rule?.title ?? entry.title })}
            />
          </Stack>
        )}
      </QueryView>
    </Drawer>
  );
}

/** The group that holds a rule. */
function groupFact(snapshot: string, entry: ManifestEntry): [label: string, value: ReactNode] {
  return [
    t('resource.group', 'Group'),
    <TextLink key="group" inline={false} href={routes.snapshot(snapshot, { resource: resourceParameter(entry) })}>
      {entry.title || entry.uid}
    </TextLink>,
  ];
}

/** What is known of a whole resource, with the accounts by name. */
function factsOf(
  { bytes, readAt, facts }: ManifestEntry,
  people: Record<string, string | null | undefined>,
): [label: string, value: ReactNode][] {
  return [
    [t('column.size', 'Size'), formatBytes(bytes)],
    ...(readAt === undefined ? [] : [[t('fact.readAt', 'Last read'), formatTime(readAt)] as [string, string]]),
    ...Object.entries(facts ?? {}).map(([name, value]) =>
      fact(name, name in people ? personText(people[name]) : value),
    ),
  ];
}

function personText(name: string | null | undefined): string {
  return name === null
    ? t('fact.accountGone', 'An account that no longer exists')
    : (name ?? t('fact.accountUnknown', 'An unknown account'));
}

/** What else is known of a resource; a name that nobody foresaw stays as it is. */
function fact(name: string, value: string | number | boolean): [label: string, text: string] {
  const labels: Record<string, string> = {
    version: t('fact.version', 'Version'),
    created: t('fact.created', 'Created'),
    createdBy: t('fact.createdBy', 'Created by'),
    updated: t('fact.updated', 'Updated'),
    updatedBy: t('fact.updatedBy', 'Updated by'),
  };
  const text = String(value);
  return [labels[name] ?? name, /^\d{4}-\d\d-\d\dT/.test(text) ? formatTime(text) : text];
}
