import { useEffect, useRef, useState } from 'react';
import { useCheckTarget } from '../../../data/useSettings.ts';
import type { SectionProps } from '../section.ts';
import { useSection } from './useSection.ts';

/** The target while it is being edited. What is saved was checked first; an edit ends a check. */
export function useCheckedTarget({ settings }: SectionProps) {
  const { cancel, ...check } = useCheckTarget();
  const section = useSection(settings, 'target', [{ error: check.error, sent: check.variables }]);
  const { candidate } = section;
  // As of now for what the check ends with, and as of this rendering.
  const saves = useRef(false);
  const [isToBeSaved, setToBeSaved] = useState(false);
  const want = (isWanted: boolean) => {
    saves.current = isWanted;
    setToBeSaved(isWanted);
  };
  // A result is one of what was sent, not of what was typed since.
  const isSame = JSON.stringify(check.variables) === JSON.stringify(candidate);
  useEffect(() => {
    if (check.isPending && !isSame) {
      cancel();
    }
  });
  const start = (isWanted: boolean) => {
    want(isWanted);
    check.mutate(candidate, { onSuccess: ({ ok }) => ok && saves.current && section.save() });
  };
  const saveOnceChecked = () => {
    if (isSame && check.data?.ok === true) {
      section.save();
    } else if (check.isPending) {
      want(true);
    } else {
      start(true);
    }
  };
  return { section, check, isSame, isToBeSaved, start: () => start(false), cancel, saveOnceChecked };
}
