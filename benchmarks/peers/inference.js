// Every GGUF file of a folder by llama.cpp (node-llama-cpp): tokens a second while decoding, over a prompt of 512, and of sixteen streams at once; medians. inference.py calls it.
//   node inference.js NODE_MODULES FOLDER
const fs = require('fs'), path = require('path');
const [modules, folder] = process.argv.slice(2);
const threads = 2, prompt = 512, before = 64, steps = 24, streams = 16;

const median = values => values.sort((a, b) => a - b)[values.length >> 1];
const now = () => Number(process.hrtime.bigint()) / 1e9;
const tokens = (count, first = 300) => Array.from({ length: count }, (_, i) => first + i);
const report = (name, value) => console.log(JSON.stringify({ name, value }));

// the seconds between one token and the next
async function gaps(sequence, first) {
  const seconds = [];
  let last = 0;
  for await (const _ of sequence.evaluate(tokens(before, first), { temperature: 0, yieldEogToken: true })) {
    if (last > 0)
      seconds.push(now() - last);
    last = now();
    if (seconds.length === steps)
      break;
  }
  return seconds.slice(2);
}

async function measure(llama, file) {
  const name = path.basename(file, '.gguf');
  const model = await llama.loadModel({ modelPath: file });
  const context = await model.createContext({ contextSize: 2 * prompt, batchSize: prompt, threads });
  const sequence = context.getSequence();
  report(`decode ${name}`, 1 / median(await gaps(sequence, 300)));
  if (!['bf16', 'f32'].includes(name)) {
    const seconds = [];
    for (let run = 0; run < 4; run++) {
      await sequence.clearHistory();
      const started = now();
      await sequence.evaluateWithoutGeneratingNewTokens(tokens(prompt));
      seconds.push(now() - started);
    }
    report(`prefill512 ${name}`, prompt / median(seconds.slice(1)));
  }
  await context.dispose();
  if (name === 'q4_0') {
    const many = await model.createContext({ sequences: streams, contextSize: 256, batchSize: streams * before, threads });
    const each = await Promise.all(Array.from({ length: streams }, (_, i) => gaps(many.getSequence(), 300 + i)));
    report(`decode ${streams} streams ${name}`, streams / median(each.flat()));
    await many.dispose();
  }
  await model.dispose();
}

(async () => {
  const { getLlama } = await import(path.join(path.resolve(modules), 'node-llama-cpp', 'dist', 'index.js'));
  const llama = await getLlama({ gpu: false, build: 'never', logLevel: 'error', maxThreads: threads });
  for (const file of fs.readdirSync(folder).filter(file => file.endsWith('.gguf')))
    await measure(llama, path.join(folder, file));
  process.exit(0);
})().catch(error => { console.error(error); process.exit(1); });
