import { GENERAL_REASONS } from './general.ts';
import { RESTORE_REASONS } from './restore/all.ts';

/** Every reason that the app's pages can show, by code. */
export const PAGE_REASONS = { ...RESTORE_REASONS, ...GENERAL_REASONS } as const;

export type PageReasonCode = keyof typeof PAGE_REASONS;
