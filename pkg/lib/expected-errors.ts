import { DashkeepError, type ErrorCode } from '../contract/errors.ts';

/** For `catch`: the value where an error is expected; others are thrown. */
export function valueIf<T>(isExpected: (error: unknown) => boolean, value: T): (error: unknown) => T {
  return (error) => {
    if (isExpected(error)) {
      return value;
    }
    throw error;
  };
}

/** @returns whether an error has one of these codes */
export function hasCode(...codes: ErrorCode[]): (error: unknown) => error is DashkeepError {
  return (error): error is DashkeepError => error instanceof DashkeepError && codes.includes(error.code);
}
