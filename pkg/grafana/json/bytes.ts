import { RawJson } from '../../contract/json.ts';

/** A value of an answer that was left as the bytes it came as. */
export class JsonBytes extends RawJson {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    super();
    this.bytes = bytes;
  }

  override get text(): string {
    return this.bytes.toString('utf8');
  }
}
