// The ids that llama.cpp gives for texts, by node-llama-cpp 3.22.1 (llama.cpp as bundled with it). Of a folder of vocabulary-only *.gguf files and of
// *.jsonl files (one text a line, as a JSON string), which GgufParityTests writes, every text is encoded by every file, control tokens not looked for and nothing added;
// texts of a file NAME.special.jsonl only by NAME.gguf, with control tokens looked for. Writes FILE.TEXTS.ids (the ids of a text a line) beside them and prints the SHA-256 of each such
// file as GgufDigests.cs has them.
//   node gguf-ids.js NODE_MODULES FOLDER
const fs = require('fs');
const path = require('path');
const crypto = require('crypto');
const [modules, folder] = process.argv.slice(2);
(async () => {
  const { getLlama } = await import(path.join(path.resolve(modules), 'node-llama-cpp', 'dist', 'index.js'));
  const llama = await getLlama({ gpu: false, build: 'never', logLevel: 'fatal' });
  const names = end => fs.readdirSync(folder).filter(name => name.endsWith(end)).map(name => name.slice(0, -end.length)).sort();
  for (const name of names('.gguf')) {
    const model = await llama.loadModel({ modelPath: path.join(folder, name + '.gguf'), vocabOnly: true });
    for (const texts of names('.jsonl')) {
      const special = texts.endsWith('.special');
      if (special && texts !== name + '.special')
        continue;
      const lines = fs.readFileSync(path.join(folder, texts + '.jsonl'), 'utf8').split('\n').filter(line => line.length > 0);
      const ids = lines.map(line => model.tokenize(JSON.parse(line), special).join(' ') + '\n').join('');
      fs.writeFileSync(path.join(folder, `${name}.${texts}.ids`), ids);
      console.log(`        ["${name} ${texts}"] = "${crypto.createHash('sha256').update(ids).digest('hex')}",`);
    }
    await model.dispose();
  }
  process.exit(0);
})();
