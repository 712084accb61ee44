import { Button, Field, Input, Modal, Stack, TextArea } from '@grafana/ui';
import { useRef, useState, type FormEvent } from 'react';
import type { Mappings } from '../../../pkg/contract/api/mappings.ts';
import { ServiceNotice } from '../../components/problems/ServiceNotice.tsx';
import { useSaveMapping } from '../../data/useRestores.ts';
import { t } from '../../lib/i18n.ts';

type Saved = Mappings['mappings'][number];

interface Props {
  mappings: Saved[];
  onSaved: (saved: Saved | undefined) => void;
  onDismiss: () => void;
}

/** Saves a mapping that is pasted or read from a file. */
export function MappingDialog({ mappings, onSaved, onDismiss }: Props) {
  const [name, setName] = useState('');
  const [text, setText] = useState('');
  const save = useSaveMapping();
  const file = useRef<HTMLInputElement>(null);
  const load = async ({ files }: HTMLInputElement) => {
    const chosen = files?.[0];
    if (chosen !== undefined) {
      setName((before) => before || chosen.name.replace(/\.[a-z]+$/i, ''));
      setText(await chosen.text());
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // React would also submit the form around the dialog.
    event.stopPropagation();
    save.mutate(
      { name, text },
      {
        onSuccess: (all) => {
          onSaved(all.mappings.find((one) => one.name === name));
          onDismiss();
        },
      },
    );
  };
  return (
    <Modal isOpen title={t('mapping.loadTitle', 'Load a mapping')} onDismiss={onDismiss}>
      <form onSubmit={submit}>
        <Stack direction="column" gap={2}>
          <Stack>
            <input
              ref={file}
              type="file"
              hidden
              accept=".yaml,.yml,.json"
              onChange={(event) => void load(event.currentTarget)}
            />
            <Button type="button" size="sm" variant="secondary" icon="upload" onClick={() => file.current?.click()}>
              {t('mapping.choose', 'Choose a file')}
            </Button>
          </Stack>
          <Field
            label={t('mapping.text', 'Contents')}
            description={t('mapping.textText', 'The same YAML as for --mapping on the command line.')}
            noMargin
          >
            <TextArea
              id="mapping-text"
              rows={8}
              value={text}
              placeholder={'data-source: { prometheus-stage: prometheus }\nteam: { sre: operations }'}
              onChange={(event) => setText(event.currentTarget.value)}
            />
          </Field>
          <Field label={t('mapping.name', 'Name')} noMargin>
            <Input
              id="mapping-name"
              value={name}
              maxLength={60}
              onChange={(event) => setName(event.currentTarget.value)}
            />
          </Field>
          {save.error !== null && <ServiceNotice error={save.error} />}
        </Stack>
        <Modal.ButtonRow>
          <Button type="button" variant="secondary" fill="outline" onClick={onDismiss}>
            {t('confirm.cancel', 'Cancel')}
          </Button>
          <Button type="submit" disabled={name === '' || text.trim() === '' || save.isPending}>
            {saveLabel(mappings, name)}
          </Button>
        </Modal.ButtonRow>
      </form>
    </Modal>
  );
}

/** The label says whether an earlier mapping is replaced. */
export function saveLabel(mappings: readonly Saved[] | undefined, name: string): string {
  return mappings?.some((one) => one.name === name) === true
    ? t('mapping.replace', 'Replace saved mapping')
    : t('mapping.save', 'Save mapping');
}
