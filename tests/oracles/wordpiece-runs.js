// Two runs of npm tokenizers' own WordPiece trainer (30,000 tokens) on each of two texts; they differ from run to run. The test that compares ours with them reads
// the folder that INKSTONE_WORDPIECE_RUNS names:
//   NODE_PATH=… node wordpiece-runs.js DATA FOLDER
// Words are what stands between white space. FOLDER/runs.json: for each text its files and the tokens of each run.
const fs = require('fs'), path = require('path');
const hf = require('tokenizers');
const [, , data, folder] = process.argv;
const texts = {
  english: ['text-en/tinyshakespeare.txt', 'text-en/novels/Dickens_Oliver_1839.txt', 'text-en/novels/Eliot_Adam_1859.txt', 'text-en/ptb/ptb.train.txt'],
  chinese: ['text-zh/clue-news-sampled.txt', 'text-zh/novels/三国演义.txt', 'text-zh/novels/红楼梦.txt'],
};
const result = {};
for (const [name, files] of Object.entries(texts)) {
  const runs = [1, 2].map(() => {
    const tokenizer = new hf.Tokenizer(hf.WordPiece.empty());
    tokenizer.setPreTokenizer(hf.whitespaceSplitPreTokenizer());
    tokenizer.train(files.map(file => path.join(data, file)));
    return Object.keys(tokenizer.getVocab());
  });
  const second = new Set(runs[1]);
  console.log(name, runs.map(run => run.length), 'shared', runs[0].filter(token => second.has(token)).length);
  result[name] = { files, runs };
}
fs.mkdirSync(folder, { recursive: true });
fs.writeFileSync(path.join(folder, 'runs.json'), JSON.stringify(result));
