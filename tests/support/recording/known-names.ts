import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PRODUCT = fileURLToPath(new URL('../../../pkg', import.meta.url));

/** Every name, and every id with dots, that the product's sources hold, comments included. */
export function namesInProduct(): Set<string> {
  const files = readdirSync(PRODUCT, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const texts = files.map((name) => readFileSync(`${PRODUCT}/${name}`, 'utf8'));
  return new Set(texts.flatMap((text) => [...(text.match(/[\w$]+/g) ?? []), ...(text.match(/[\w.-]+/g) ?? [])]));
}
