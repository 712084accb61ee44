/** A loader: the pages never show the texts of the command line, which are a good part of the catalogues. */
export default function pageTexts(source) {
  return source.replaceAll(/\bcli:(\s*)(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"),/g, '$1');
}
