// Makes Fixtures/tokenizer-digests.json: what npm tokenizers (0.23.2) make of text in shared data, by published vocabularies.
//   NODE_PATH=NODE_MODULES node tokenizer-digests.js SHARED_DATA > ../Inkstone.Tokenizers.Tests/Fixtures/tokenizer-digests.json
// Of each file the ids of every line, and of every tenth line the offsets in code points; each line ends with -1.
const fs = require('fs'), path = require('path'), crypto = require('crypto');
const { Tokenizer } = require('tokenizers');
const data = process.argv[2];
const read = file => fs.readFileSync(path.join(data, 'tokenizers', file), 'utf8');
const special = (id, content) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true });
const wrap = parts => Tokenizer.fromString(JSON.stringify({ version: '1.0', truncation: null, padding: null, normalizer: null, post_processor: null, decoder: null, ...parts }));

function bert(file, lowercase) {
  const lines = read(file).split('\n').map(line => line.replace(/\r$/, ''));
  if (lines[lines.length - 1] === '')
    lines.pop();
  return wrap({
    added_tokens: ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'].map(content => special(lines.indexOf(content), content)).sort((a, b) => a.id - b.id),
    normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    model: { type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 100, vocab: Object.fromEntries(lines.map((line, id) => [line, id])) },
  });
}

function qwen2() {
  const pattern = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  return wrap({
    added_tokens: [special(151643, '<|endoftext|>'), special(151644, '<|im_start|>'), special(151645, '<|im_end|>')],
    pre_tokenizer: { type: 'Sequence', pretokenizers: [
      { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
      { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false }] },
    model: { type: 'BPE', vocab: JSON.parse(read('qwen2/vocab.json')), merges: read('qwen2/merges.txt').split('\n').filter(line => line && !line.startsWith('#version')) },
  });
}

function whole(file) {
  const json = JSON.parse(read(file));
  return Tokenizer.fromString(JSON.stringify({ ...json, truncation: null, padding: null }));
}

const tokenizers = {
  gpt2: whole('gpt2/tokenizer.json'), phi3: whole('phi3/tokenizer.json'), minilm: whole('bert/all-MiniLM-L6-v2.tokenizer.json'),
  'bert-cased': bert('bert/bert-base-cased-vocab.txt', false), 'bert-uncased': bert('bert/bert-base-uncased-vocab.txt', true),
  'bert-chinese': bert('bert/bert-base-chinese-vocab.txt', false), qwen2: qwen2(),
};
const files = ['text-en/tinyshakespeare.txt', 'text-en/novels/Doyle_Hound_1902.txt', 'text-zh/novels/三国演义.txt', 'chat-templates/context-example.json', 'mt/multi30k/train.de', 'unicode/GraphemeBreakTest.txt'];
const hash = rows => crypto.createHash('sha256').update(Buffer.from(Int32Array.from(rows).buffer)).digest('hex');

(async () => {
  const digests = {};
  for (const [name, tokenizer] of Object.entries(tokenizers)) {
    digests[name] = {};
    for (const file of files) {
      const lines = fs.readFileSync(path.join(data, file), 'utf8').split('\n').map(line => line.replace(/\r$/, ''));
      const ids = [], offsets = [];
      for (let i = 0; i < lines.length; i++) {
        const encoding = await tokenizer.encode(lines[i], null, { addSpecialTokens: false });
        for (const id of encoding.getIds())
          ids.push(id);
        ids.push(-1);
        if (i % 10 === 0) {
          for (const [start, end] of encoding.getOffsets())
            offsets.push(start, end);
          offsets.push(-1);
        }
      }
      digests[name][file] = { tokens: ids.length - lines.length, ids: hash(ids), offsets: hash(offsets) };
    }
  }
  console.log(JSON.stringify(digests, null, 2));
})();
