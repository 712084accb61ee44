import { RESTORE_REASONS } from '../../../pkg/contract/reasons/restore/all.ts';
import { addReasons } from './texts.ts';

// To be imported by what shows reasons of a restore. Elsewhere, they are shown as the service says them, in English.
addReasons(RESTORE_REASONS);
