import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';

/*
 * Collects the app's texts from its source into the English locale file: `node --import tsx scripts/texts.ts`.
 * A test compares, so that no text is forgotten there or in another language.
 */
const root = resolve(import.meta.dirname, '..');
const FILE = 'dashkeep-backup-app.json';

export function localeFile(language: string): string {
  return join(root, 'src/locales', language, FILE);
}

/** Every key with its English text; plural ones end in _one and _other, as i18next wants them. */
export function collectTexts(): Record<string, string> {
  const texts: Record<string, string> = {};
  const put = (key: string, text: string, where: string) => {
    if (texts[key] !== undefined && texts[key] !== text) {
      throw new Error(`${where}: ${key} has two texts: “${texts[key]}” and “${text}”`);
    }
    texts[key] = text;
  };
  const names = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  for (const name of names.filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts'))) {
    const source = ts.createSourceFile(
      name,
      readFileSync(join(root, 'src', name), 'utf8'),
      ts.ScriptTarget.Latest,
      true,
    );
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
        const words = node.arguments.map((argument) => (ts.isStringLiteralLike(argument) ? argument.text : undefined));
        const [key, second, third, fourth] = words;
        if (node.expression.text === 't' && key !== undefined && second !== undefined) {
          put(key, second, name);
        }
        if (node.expression.text === 'plural' && key !== undefined && third !== undefined && fourth !== undefined) {
          put(`${key}_one`, third, name);
          put(`${key}_other`, fourth, name);
        }
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return Object.fromEntries(Object.entries(texts).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** `a.b` keys as nested objects, the form of Grafana's locale files. */
export function nest(texts: Record<string, string>): object {
  const nested: Record<string, Record<string, string>> = {};
  for (const [key, text] of Object.entries(texts)) {
    const dot = key.indexOf('.');
    (nested[key.slice(0, dot)] ??= {})[key.slice(dot + 1)] = text;
  }
  return nested;
}

if (import.meta.filename === resolve(process.argv[1] ?? '')) {
  writeFileSync(localeFile('en-US'), `${JSON.stringify(nest(collectTexts()), null, 2)}\n`);
}
