// Digests of jieba's cuts without its hidden Markov model: NODE_PATH=… node chinese-cuts.js DATA > ../Inkstone.Tokenizers.Tests/Fixtures/chinese-cuts.json
// For each file of DATA: SHA-256 of each line's words joined by U+001F, a line feed after each line, in UTF-8. npm @node-rs/jieba, its own dictionary.
const { createHash } = require('crypto');
const fs = require('fs');
const { Jieba } = require('@node-rs/jieba');
const { dict } = require('@node-rs/jieba/dict');
const jieba = Jieba.withDict(dict);
const files = [
  'text-zh/clue-news-sampled.txt', 'text-zh/novels/三国演义.txt', 'text-zh/novels/水浒传.txt', 'text-zh/novels/红楼梦.txt', 'text-zh/novels/西游记.txt', 'text-zh/tang-poems.txt',
  'ud/zh_gsdsimp-ud-dev.conllu', 'mt/cmn-eng/cmn.txt', 'mt/news-commentary-en-zh/news-commentary-v13-en-zh_sampled.txt', 'qa/xquad/xquad.zh.json',
  'sentiment/chnsenticorp-split/dev.tsv', 'sentiment/chnsenticorp-split/test.tsv', 'instruct/sharegpt-zh/sharegpt_zh_300.jsonl', 'preference/medicalgpt/dpo_zh_500.jsonl',
  'instruct/alpaca-zh/alpaca_data-0-3252.json', 'instruct/alpaca-zh/alpaca_data-3252-6382.json', 'instruct/llamafactory/alpaca_zh_demo.json',
  'instruct/llamafactory/glaive_toolcall_zh_demo.json', 'preference/llamafactory/dpo_zh_demo.json',
];
const digests = {};
for (const file of files) {
  const hash = createHash('sha256');
  for (const line of fs.readFileSync(process.argv[2] + '/' + file, 'utf8').split('\n'))
    hash.update(jieba.cut(line, false).join('\u001F') + '\n', 'utf8');
  digests[file] = hash.digest('hex');
}
console.log(JSON.stringify(digests, null, 2));
