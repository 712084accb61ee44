import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, ClipboardButton, Field, Input, Modal, Stack, useStyles2 } from '@grafana/ui';
import { useEffect, useRef, useState, type FormEvent, type ReactNode } from 'react';
import { t } from '../lib/i18n.ts';
import { OutageNotice, ServiceNotice } from './problems/ServiceNotice.tsx';

interface Props {
  title: string;
  /** What will happen. */
  children: ReactNode;
  /** What must be typed first; left out, a click is enough. */
  phrase?: string;
  /** What that is, where it is the name of something. */
  phraseIs?: string | undefined;
  confirmText: string;
  /** Why it did not happen. */
  error: Error | null;
  isPending: boolean;
  onConfirm: () => void;
  onDismiss: () => void;
}

/** Asks before something is overwritten or deleted. What must be typed is shown in full and can be copied. */
export function ConfirmDialog({ title, children, phrase, phraseIs, confirmText, error, isPending, ...on }: Props) {
  const styles = useStyles2(getStyles);
  const field = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const [typed, setTyped] = useState('');
  useEffect(() => (field.current ?? button.current)?.focus(), []);
  const ready = (phrase === undefined || isTyped(typed, phrase)) && !isPending;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // React would also submit a form around the dialog.
    event.stopPropagation();
    if (ready) {
      on.onConfirm();
    }
  };
  return (
    <Modal isOpen title={title} onDismiss={on.onDismiss}>
      <form onSubmit={submit}>
        <Stack direction="column" gap={2}>
          {children}
          {phrase !== undefined && (
            <>
              {phraseIs !== undefined && <span>{phraseIs}</span>}
              <div className={styles.wanted}>
                <code className={styles.phrase}>{phrase}</code>
                <ClipboardButton type="button" size="sm" variant="secondary" icon="copy" getText={() => phrase}>
                  {t('confirm.copy', 'Copy')}
                </ClipboardButton>
              </div>
              <Field label={t('confirm.type', 'Type or paste the text above to confirm')} noMargin>
                <Input
                  className={styles.field}
                  id="confirm-phrase"
                  ref={field}
                  value={typed}
                  autoComplete="off"
                  onChange={(event) => setTyped(event.currentTarget.value)}
                />
              </Field>
            </>
          )}
          <OutageNotice />
          {error !== null && <ServiceNotice error={error} />}
        </Stack>
        <Modal.ButtonRow>
          <Button type="button" variant="secondary" fill="outline" onClick={on.onDismiss}>
            {t('confirm.cancel', 'Cancel')}
          </Button>
          <Button ref={button} type="submit" variant="destructive" disabled={!ready}>
            {confirmText}
          </Button>
        </Modal.ButtonRow>
      </form>
    </Modal>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  wanted: css({
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'space-between',
    gap: theme.spacing(1),
    padding: theme.spacing(1),
    background: theme.colors.background.canvas,
    border: `1px solid ${theme.colors.border.weak}`,
    borderRadius: theme.shape.radius.default,
  }),
  // Room for the ring of the focus above the buttons.
  field: css({ marginBottom: theme.spacing(0.5) }),
  phrase: css({
    padding: 0,
    color: theme.colors.text.primary,
    background: 'none',
    border: 'none',
    overflowWrap: 'anywhere',
    userSelect: 'all',
    whiteSpace: 'pre-wrap',
  }),
});

const normal = (text: string) => text.replace(/\s+/g, ' ').trim().toLowerCase();

/** Whether the wanted text was typed. Case and the kind of spaces do not matter: nobody can type a no-break space. */
function isTyped(typed: string, phrase: string): boolean {
  return normal(typed) === normal(phrase);
}
