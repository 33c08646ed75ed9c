// Digests of the pieces that npm tokenizers 0.23.2 cuts texts into, by Splits one after another, each match and each gap a piece:
// NODE_PATH=… node cuts.js SHARED_DATA > ../Inkstone.Tokenizers.Tests/Fixtures/cuts.json
// For each list of patterns and each text: SHA-256 of the pieces' lengths in UTF-8, one a line.
const { createHash } = require('crypto'), fs = require('fs'), path = require('path');
const hf = require('tokenizers');
const [, , data] = process.argv;
const contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const upper = '[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]', lower = '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]', before = '[^\\r\\n\\p{L}\\p{N}]?', white = '|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';
const lists = [
  ["'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"],
  [`${contractions}|${before}\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*${white}`],
  [`${contractions}|${before}\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*${white}`],
  [`${before}${upper}*${lower}+${contractions}?|${before}${upper}+${lower}*${contractions}?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*${white}`],
  [`${before}${upper}*${lower}+|${before}${upper}+${lower}*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*${white}`],
  ['\\p{N}{1,3}', '[一-龥\u3040-ゟ゠-ヿ]+', '[!"#$%&\'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+'],
  ['[\r\n]', '\\s?\\p{L}+', '\\s?\\p{P}+', '[一-龥\u0800-一가-\ud7ff]+', '\\p{N}'],
  [' ?[^(\\s|.,!?…。，、।۔،)]+', '\\p{N}'],
  ["'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+"],
];
const texts = ['varied.txt', 'text-en/tinyshakespeare.txt', 'text-zh/tang-poems.txt', 'chat-templates/context-example.json', 'unicode/GraphemeBreakTest.txt', 'mt/multi30k/train.de'];
const rows = lists.map(patterns => {
  const pretokenizers = patterns.map(Regex => ({ type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false }));
  const file = { version: '1.0', truncation: null, padding: null, added_tokens: [], normalizer: null, post_processor: null, decoder: null,
    pre_tokenizer: { type: 'Sequence', pretokenizers }, model: { type: 'BPE', vocab: {}, merges: [] } };
  const split = hf.Tokenizer.fromString(JSON.stringify(file)).getPreTokenizer();
  const digests = {};
  for (const name of texts) {
    const folder = name === 'varied.txt' ? path.join(__dirname, '../Inkstone.Tokenizers.Tests/Fixtures') : data;
    const pieces = split.preTokenizeString(fs.readFileSync(path.join(folder, name), 'utf8'));
    digests[name] = createHash('sha256').update(pieces.map(piece => Buffer.byteLength(piece[0]) + '\n').join('')).digest('hex');
  }
  return { patterns, digests };
});
console.log(JSON.stringify(rows, null, 1));
