// Natural-log probabilities as llama.cpp gives them, by node-llama-cpp 3.22.1 (llama.cpp as bundled with it): processor only, flash attention off, key/value cache in F32.
// For each line of JOBS, a JSON object {"model": "FILE.gguf", "tokens": [ids], "output": "FILE"}: the file is loaded, the ids are given one after another, and for each of them the
// distribution of the next token is written, vocabulary after vocabulary, as 32-bit floats.
//   node llama-logits.js NODE_MODULES JOBS.jsonl
const fs = require('fs');
const path = require('path');
const [modules, jobs] = process.argv.slice(2);
(async () => {
  const { getLlama } = await import(path.join(path.resolve(modules), 'node-llama-cpp', 'dist', 'index.js'));
  const llama = await getLlama({ gpu: false, build: 'never', logLevel: 'error' });
  const folder = path.dirname(jobs);
  for (const line of fs.readFileSync(jobs, 'utf8').split('\n').filter(line => line.length > 0)) {
    const job = JSON.parse(line);
    const model = await llama.loadModel({ modelPath: path.join(folder, job.model), useMmap: true, defaultContextFlashAttention: false });
    const context = await model.createContext({
      contextSize: 4 * job.tokens.length, batchSize: job.tokens.length, flashAttention: false, experimentalKvCacheKeyType: 'F32', experimentalKvCacheValueType: 'F32',
      threads: 2,
    });
    const sequence = context.getSequence();
    const results = await sequence.controlledEvaluate(job.tokens.map(token => [token, { generateNext: { logits: true, options: { temperature: 0 } } }]));
    const size = results[0].next.logits.size;
    const all = new Float32Array(size * job.tokens.length);
    results.forEach((result, position) => {
      const row = new Float64Array(size);
      for (const [token, logit] of result.next.logits)
        row[token] = logit;
      let highest = -Infinity;
      for (const logit of row)
        highest = Math.max(highest, logit);
      let sum = 0;
      for (const logit of row)
        sum += Math.exp(logit - highest);
      for (let token = 0; token < size; token++)
        all[position * size + token] = row[token] - highest - Math.log(sum);
    });
    fs.writeFileSync(path.join(folder, job.output), Buffer.from(all.buffer));
    await context.dispose();
    await model.dispose();
  }
  process.exit(0);
})().catch(error => { console.error(error); process.exit(1); });
