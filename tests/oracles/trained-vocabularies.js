// Digests of what npm tokenizers 0.23.2 trains by its own train(files) at its default size, 30,000, and default least frequency:
//   NODE_PATH=… node trained-vocabularies.js DATA
// Each case: the files, the pre-tokenizer (bytes: ByteLevel without prefix space; spaces: WhitespaceSplit; lines: none, so a line with its end is a piece;
// words: WhitespaceSplit with a WordLevel model),
// how many tokens and merges, SHA-256 of the tokens by id and of the merges in order, each followed by U+0000, in UTF-8 (a merge: left, U+0001, right).
const { createHash } = require('crypto');
const fs = require('fs'), os = require('os'), path = require('path');
const hf = require('tokenizers');
const english = ['text-en/tinyshakespeare.txt', 'text-en/novels/Dickens_Oliver_1839.txt', 'text-en/novels/Eliot_Adam_1859.txt', 'text-en/ptb/ptb.train.txt'];
const chinese = ['text-zh/clue-news-sampled.txt', 'text-zh/novels/三国演义.txt', 'text-zh/novels/红楼梦.txt'];
const cases = [['bytes', english], ['bytes', chinese], ['spaces', english], ['spaces', chinese], ['lines', chinese], ['words', english], ['words', chinese]];
const digest = rows => {
  const hash = createHash('sha256');
  for (const row of rows)
    hash.update(row + '\0', 'utf8');
  return hash.digest('hex');
};
const result = cases.map(([cut, files]) => {
  const tokenizer = new hf.Tokenizer(cut === 'words' ? hf.WordLevel.empty() : hf.BPE.empty());
  if (cut === 'bytes')
    tokenizer.setPreTokenizer(hf.byteLevelPreTokenizer(false, true));
  if (cut === 'spaces' || cut === 'words')
    tokenizer.setPreTokenizer(hf.whitespaceSplitPreTokenizer());
  tokenizer.train(files.map(file => path.join(process.argv[2], file)));
  const output = path.join(os.tmpdir(), `trained-${process.pid}.json`);
  tokenizer.save(output, false);
  const { vocab, merges = [] } = JSON.parse(fs.readFileSync(output, 'utf8')).model;
  fs.unlinkSync(output);
  const tokens = Object.keys(vocab).sort((x, y) => vocab[x] - vocab[y]);
  return { cut, files, tokens: tokens.length, merges: merges.length, tokensDigest: digest(tokens), mergesDigest: digest(merges.map(pair => pair.join('\x01'))) };
});
fs.writeFileSync(path.join(__dirname, '../Inkstone.Tokenizers.Tests/Fixtures/trained-vocabularies.json'), JSON.stringify(result, null, 1) + '\n');
