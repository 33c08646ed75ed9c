// Greedy continuations as llama.cpp gives them, by node-llama-cpp 3.22.1 (llama.cpp as bundled with it): processor only, flash attention off, key/value cache in F32.
// For each line of JOBS, a JSON object {"model": "FILE.gguf", "tokens": [ids], "count": n, "output": "FILE"}: the file is loaded, the ids are given, and n times the most probable
// token is taken and given back, whichever it is. The tokens are written as a JSON array.
//   node llama-greedy.js NODE_MODULES JOBS.jsonl
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
      contextSize: 4 * (job.tokens.length + job.count), batchSize: job.tokens.length, flashAttention: false, experimentalKvCacheKeyType: 'F32', experimentalKvCacheValueType: 'F32',
      threads: 2,
    });
    const sequence = context.getSequence();
    const wanted = { generateNext: { logits: true, options: { temperature: 0 } } };
    const drawn = [];
    let given = job.tokens.map((token, i) => i + 1 < job.tokens.length ? token : [token, wanted]);
    while (drawn.length < job.count) {
      const results = await sequence.controlledEvaluate(given);
      let best = -1, highest = -Infinity;
      for (const [token, logit] of results[results.length - 1].next.logits)
        if (logit > highest || (logit === highest && token < best))
          [best, highest] = [token, logit];
      drawn.push(best);
      given = [[best, wanted]];
    }
    fs.writeFileSync(path.join(folder, job.output), JSON.stringify(drawn));
    await context.dispose();
    await model.dispose();
  }
  process.exit(0);
})().catch(error => { console.error(error); process.exit(1); });
