import { useMutation } from '@tanstack/react-query';
import { Alert, Button, Collapse, Field, Input, SecretInput, Stack, Text } from '@grafana/ui';
import { useState } from 'react';
import { saveConnection, type AppMeta } from '../api/pluginSettings.ts';
import { t } from '../lib/i18n.ts';

/** For the rare case that the service can't connect itself. */
export function ConnectionForm({ meta }: { meta: AppMeta }) {
  const [open, setOpen] = useState(false);
  const [url, setUrl] = useState(meta.jsonData?.sidecarUrl ?? '');
  const [token, setToken] = useState<string>();
  const address = url.trim().replace(/\/+$/, '');
  // A stored token is sent to its own address alone.
  const isStored = (meta.secureJsonFields?.['sidecarToken'] ?? false) && address === meta.jsonData?.sidecarUrl;
  const configured = isStored && token === undefined;
  const valid = /^https?:\/\/\S+$/.test(address) && (configured || (token ?? '') !== '');
  const save = useMutation({
    mutationFn: () => saveConnection(meta, address, token),
    // The running app keeps its old settings until it is loaded again.
    onSuccess: () => window.location.reload(),
  });
  return (
    <Collapse label={t('config.byHand', 'Connect manually')} isOpen={open} onToggle={setOpen}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack direction="column" gap={2}>
          <Text color="secondary">
            {t(
              'config.byHandText',
              'Needed only if the service has no admin password for this Grafana instance and cannot connect by itself.',
            )}
          </Text>
          <Field
            noMargin
            label={t('config.url', 'Address of the service')}
            description={t('config.urlText', 'As seen from Grafana, for example http://127.0.0.1:3210')}
          >
            <Input id="config-url" width={50} value={url} onChange={(event) => setUrl(event.currentTarget.value)} />
          </Field>
          <Field
            noMargin
            label={t('config.token', 'Token of the service')}
            description={t(
              'config.tokenText',
              'Grafana sends it only to this address. If you change the address, enter the token again.',
            )}
          >
            <SecretInput
              id="config-token"
              width={50}
              autoComplete="off"
              isConfigured={configured}
              value={token ?? ''}
              onReset={() => setToken('')}
              onChange={(event) => setToken(event.currentTarget.value)}
            />
          </Field>
          {save.error !== null && (
            <Alert
              severity="error"
              bottomSpacing={0}
              title={t('config.notSaved', 'Grafana could not save the settings')}
            />
          )}
          <div>
            <Button type="submit" disabled={!valid || save.isPending}>
              {t('config.save', 'Save and connect')}
            </Button>
          </div>
        </Stack>
      </form>
    </Collapse>
  );
}
