import { DashkeepError } from '../../contract/errors.ts';

/**
 * JSON as it came, numbers untouched: a number that a JavaScript number cannot print back letter for letter
 * (`1.0`, `12345678901234567890`, `1e400`) is kept as a RawNumber.
 */
export type Json = null | boolean | number | string | RawJson | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

/**
 * A value kept as its JSON text and printed as that. Only for what is printed next, like the body of a request: nothing
 * looks into it, nor sorts its members.
 */
export abstract class RawJson {
  abstract readonly text: string;

  toString(): string {
    return this.text;
  }
}

/** A value that is there as text. */
export class RawText extends RawJson {
  readonly text: string;

  constructor(text: string) {
    super();
    this.text = text;
  }
}

/** A number kept as the text it was written in. */
export class RawNumber extends RawText {
  /** What a caller gets who only wants the value; precision may be lost. */
  override valueOf(): number {
    return Number(this.text);
  }
}

/** Deeper nesting than any real dashboard; stops hostile input from exhausting the stack. */
export const MAX_JSON_DEPTH = 400;

/** Whether a value is an object, and neither an array nor text that was never parsed. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof RawJson);
}

/** JSON nests deeper than anything here walks over. */
export class JsonTooDeep extends DashkeepError {
  constructor() {
    super('DK_JSON_INVALID', `JSON nested deeper than ${MAX_JSON_DEPTH} levels`);
  }
}
