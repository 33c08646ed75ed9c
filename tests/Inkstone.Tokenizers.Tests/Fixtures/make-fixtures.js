// Makes merges.json, ids.json and digests.json from the reference implementations.
//   npm install tokenizers@0.23.2 tiktoken@1.0.22   (anywhere outside the repository)
//   node make-fixtures.js NODE_MODULES SHARED_DATA
// merges.json and ids.json come from varied.txt, which we wrote; digests.json is of text in shared/data, which stays there.
const fs = require('fs'), path = require('path'), os = require('os'), crypto = require('crypto');
const [, , modules, data] = process.argv;
const hf = require(path.join(modules, 'tokenizers')), tiktoken = require(path.join(modules, 'tiktoken'));
const tokenizers = path.join(data, 'tokenizers');
const here = name => path.join(__dirname, name);
const varied = fs.readFileSync(here('varied.txt'), 'utf8');

function train(input) {
  const tokenizer = new hf.Tokenizer(hf.BPE.empty());
  tokenizer.setPreTokenizer(hf.byteLevelPreTokenizer(false, true));
  tokenizer.train([input]);
  const output = path.join(os.tmpdir(), 'trained.json');
  tokenizer.save(output, false);
  return JSON.parse(fs.readFileSync(output, 'utf8')).model;
}

function qwen2() {
  const folder = path.join(tokenizers, 'qwen2');
  const merges = fs.readFileSync(path.join(folder, 'merges.txt'), 'utf8').split('\n').filter(l => l && !l.startsWith('#version'));
  const pattern = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  return hf.Tokenizer.fromString(JSON.stringify({
    version: '1.0', truncation: null, padding: null, added_tokens: [], normalizer: null,
    pre_tokenizer: { type: 'Sequence', pretokenizers: [
      { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
      { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false }] },
    post_processor: null, decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false },
    model: { type: 'BPE', vocab: JSON.parse(fs.readFileSync(path.join(folder, 'vocab.json'), 'utf8')), merges },
  }));
}

function ranks(file, pattern) {
  const encoder = new tiktoken.Tiktoken(fs.readFileSync(path.join(tokenizers, file), 'utf8'), {}, pattern);
  return async text => Array.from(encoder.encode_ordinary(text));
}

const byHuggingFace = tokenizer => async text => (await tokenizer.encode(text, null, { addSpecialTokens: false })).getIds();
const gpt4 = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const encoders = {
  gpt2: byHuggingFace(hf.Tokenizer.fromFile(path.join(tokenizers, 'gpt2/tokenizer.json'))),
  cl100k: ranks('tiktoken/cl100k_base.tiktoken', gpt4),
  llama3: ranks('llama3/tokenizer.model', gpt4),
  qwen2: byHuggingFace(qwen2()),
};
const texts = ['text-en/tinyshakespeare.txt', 'text-en/novels/Doyle_Hound_1902.txt', 'text-zh/novels/三国演义.txt', 'text-zh/clue-news-sampled.txt',
  'chat-templates/context-example.json', 'mt/multi30k/train.de', 'unicode/GraphemeBreakTest.txt'];

(async () => {
  fs.writeFileSync(here('merges.json'), JSON.stringify(train(here('varied.txt')).merges) + '\n');
  const ids = {}, digests = {};
  for (const [name, encode] of Object.entries(encoders)) {
    ids[name] = await encode(varied);
    digests[name] = {};
    for (const file of texts) {
      const row = await encode(fs.readFileSync(path.join(data, file), 'utf8'));
      digests[name][file] = { tokens: row.length, sha256: crypto.createHash('sha256').update(Buffer.from(Int32Array.from(row).buffer)).digest('hex') };
    }
  }
  digests.trained = {};
  for (const file of ['text-en/tinyshakespeare.txt', 'text-zh/clue-news-sampled.txt']) {
    const merges = train(path.join(data, file)).merges.map(merge => merge.join(' ')).join('\n');
    digests.trained[file] = { merges: merges.split('\n').length, sha256: crypto.createHash('sha256').update(merges).digest('hex') };
  }
  fs.writeFileSync(here('ids.json'), JSON.stringify(ids) + '\n');
  fs.writeFileSync(here('digests.json'), JSON.stringify(digests, null, 2) + '\n');
})();
