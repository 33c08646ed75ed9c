// The encoding part of `inkstone bench tokenizer` by npm tokenizers (through its batch call) and tiktoken, one thread each; tokenizer.py calls it.
process.env.RAYON_NUM_THREADS = '1';
process.env.TOKENIZERS_PARALLELISM = 'false';
const fs = require('fs'), path = require('path');
const folder = process.env.INKSTONE_BENCH_FOLDER;
const documents = JSON.parse(fs.readFileSync(path.join(folder, 'documents.json'), 'utf8'));
const megabytes = documents.reduce((sum, document) => sum + Buffer.byteLength(document), 0) / 1e6;
const report = (name, seconds) => console.log(JSON.stringify({ name, value: megabytes / seconds.sort((a, b) => a - b)[seconds.length >> 1] }));

async function time(name, action) {
  const seconds = [];
  for (let run = 0; run < 4; run++) {
    const started = process.hrtime.bigint();
    await action();
    if (run > 0)
      seconds.push(Number(process.hrtime.bigint() - started) / 1e9);
  }
  report(name, seconds);
}

(async () => {
  const { Tokenizer } = require('tokenizers'), tiktoken = require('tiktoken');
  for (const name of ['gpt2', 'cl100k', 'wordpiece']) {
    const file = path.join(folder, name + '.json');
    if (!fs.existsSync(file))
      continue;
    const tokenizer = Tokenizer.fromFile(file);
    await time('encode ' + name, () => tokenizer.encodeBatch(documents, { addSpecialTokens: false }));
  }
  for (const [name, encoding] of [['gpt2', 'gpt2'], ['cl100k', 'cl100k_base']]) {
    const encoder = tiktoken.get_encoding(encoding);
    await time(`encode ${name} tiktoken`, () => documents.forEach(document => encoder.encode_ordinary(document)));
  }
})();
