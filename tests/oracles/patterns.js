// Matches of patterns as the engines find them: NODE_PATH=… node patterns.js [random patterns = 300] > ../Inkstone.Tokenizers.Tests/Fixtures/patterns.json
// Oniguruma through npm tokenizers 0.23.2 (Split with the matches kept), Rust's fancy-regex through npm tiktoken 1.0.22: a vocabulary of every text
// of up to five signs of a small alphabet gives every match back as one token. Each case: dialect, pattern, text, matches; what the engine refuses is left out.
// Classes: SHA-256 over the code points of Oniguruma's class, one a line in decimal.
const { createHash } = require('crypto');
const hf = require('tokenizers'), tiktoken = require('tiktoken');
let state = 12345;
const below = n => (state = (Math.imul(state, 1103515245) + 12345) >>> 0, (state >>> 8) % n);
const pick = list => list[below(list.length)];

function oniguruma(pattern, behavior = 'Removed', invert = true) {
  const file = {
    version: '1.0', truncation: null, padding: null, added_tokens: [], normalizer: null, post_processor: null, decoder: null,
    pre_tokenizer: { type: 'Split', pattern: { Regex: pattern }, behavior, invert }, model: { type: 'BPE', vocab: {}, merges: [] },
  };
  const split = hf.Tokenizer.fromString(JSON.stringify(file)).getPreTokenizer();
  return text => split.preTokenizeString(text).map(piece => piece[0]);
}

const small = ['a', 'b', 'A', '1', ' ', '\n', '中'];
let ranks = '', rank = 0;
const words = new Map(), seen = new Set();
function add(bytes) {
  const key = bytes.toString('base64');
  if (seen.has(key)) return;
  seen.add(key);
  words.set(rank, bytes);
  ranks += `${key} ${rank++}\n`;
}
for (let i = 0; i < 256; i++) add(Buffer.from([i]));
for (let layer = [''], length = 1; length <= 5; length++) {
  layer = layer.flatMap(text => small.map(sign => text + sign));
  layer.forEach(text => add(Buffer.from(text)));
}
function rust(pattern) {
  const encoder = new tiktoken.Tiktoken(ranks, {}, pattern);
  const matches = text => Array.from(encoder.encode_ordinary(text)).map(id => words.get(id).toString());
  matches.free = () => encoder.free();
  return matches;
}

const atoms = ['a', 'b', 'ab', '[ab]', '[^a]', '\\s', '\\S', '\\d', '\\w', '\\W', '\\p{L}', '\\p{N}', '[\\p{L}\\p{N}]', '[a-z&&[^b]]', ' ', '\\n', '.', '中', '\\p{Han}', '(?i:a)', '(?i:ab)', 'A', '[^\\s\\p{L}]'];
const looks = ['(?!\\S)', '(?=a)', '(?!\\s|$)', '(?<!a)', '(?<=\\s)', '^', '$', '\\b', '\\B', '\\A', '\\z'];
const repeats = ['', '', '', '', '*', '+', '?', '*?', '+?', '??', '{2}', '{1,3}', '{2,}', '{1,2}?', '{2}?'];
function random(depth, dialect) {
  const options = [];
  for (let i = below(3); i >= 0; i--) {
    let part = '';
    for (let n = below(4); n >= 0; n--) {
      const kind = below(12);
      if (depth > 0 && kind < 3) part += `(?:${random(depth - 1, dialect)})${pick(repeats)}`;
      else if (kind < 5) part += pick(looks);
      else if (kind < 7) part += pick(['[ab]', '\\S', '\\s', '\\p{L}']) + pick(['++', '*+', '?+', '{1,2}+', '{2}+', '{2,}+']);
      else part += pick(atoms) + pick(repeats);
    }
    options.push(part);
  }
  return options.join('|');
}

const cases = [];
function record(dialect, pattern, texts, engine) {
  let matches;
  try { matches = engine(pattern); } catch { return; }
  for (const text of texts) {
    try { cases.push([dialect, pattern, text, matches(text)]); } catch { return; } // an empty token, or too much backtracking
  }
  matches.free?.();
}
const text = signs => Array.from({ length: 1 + below(5) }, () => pick(signs)).join('');
const wide = [...small, 'é', 'É', 'ſ', '٣', '\'', 's', '-', '🙂', '𝒜', '\r', '\u0301', '\u200d'];
const fixed = [
  '\\p{N}{1,3}+', 'a{2}?a', 'a{,2}', 'a{2}{2}', 'a**', 'a{1', '^a', '^', '$', 'a$', '(?m).+', '.+', "(?i:'s|1)", '[a-z&&b-d]+', '[^a&&b]', '[[a][b]1]+', '[]a]', '[a-]', '[a-b-1]+',
  '[^(\\s|[.,])]+', '\\h', '\\x41', '\\x{4e2d}', '\\u0041', '\\p{^L}', '\\P{L}+', '\\p{ L }', '\\p{hani}', '(?<n>a)', '(?>a+)b', 'a|', '(?:)', 'a(?i)b|A', '(?-i:a)', '(?i:a(?-i)b)1', '\\/|\\-', '{', 'a]',
  '\\b', '\\s+(?!\\S)|\\s+', ' ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*', '\\s++$|\\s*[\\r\\n]|\\s+(?!\\S)|\\s', '((?=[\\p{L}])([^a-z]))*((?=[\\p{L}])([^A-Z]))+',
];
const count = Number(process.argv[2] ?? 300);
for (const pattern of fixed) record('Oniguruma', pattern, ['aab1A中 \n\nb', 'a\nab\n', "'s'S'ſ-{]", '1234567', 'AAaaBb 1ba'], oniguruma);
for (let i = 0; i < count; i++) record('Oniguruma', random(2), [text(wide), text(wide) + text(wide), text(small) + text(small)], oniguruma);
for (const pattern of fixed) record('Rust', pattern, ['aab1A', 'a\nab\n', 'AA a1', '11111'], rust);
for (let i = 0; i < count / 10; i++) record('Rust', random(2), [text(small), text(small), text(small)], rust);

const everything = [];
for (let code = 0; code < 0x110000; code++) if (code < 0xD800 || code > 0xDFFF) everything.push(String.fromCodePoint(code));
const classes = {};
for (const name of ['\\s', '\\S', '\\d', '\\w', '\\W', '[\\w]', '\\p{L}', '\\p{Lu}', '\\p{Lm}', '\\p{M}', '\\p{N}', '\\p{Nl}', '\\p{P}', '\\p{S}', '\\p{Z}', '\\p{C}', '\\p{Cn}', '\\p{Han}', '\\p{Hiragana}', '\\p{Katakana}',
  '\\p{Common}', '\\p{Alphabetic}', '\\p{Punct}', '\\p{White_Space}', '[^\\p{L}\\p{N}\\s]', '[一-龥぀-ゟ]', '.']) {
  const hash = createHash('sha256');
  for (const sign of oniguruma(name)(everything.join(''))) hash.update(sign.codePointAt(0) + '\n');
  classes[name] = hash.digest('hex');
}
console.log(JSON.stringify({ classes, cases }).replaceAll('],["', '],\n["'));
