// Vectors of texts as llama.cpp pools them, by node-llama-cpp 3.22.1 (llama.cpp as bundled with it), processor only.
// For each line of JOBS, a JSON object {"model": "FILE.gguf", "tokens": [ids], "output": "FILE"}: the pooled vector of the ids, not normalised, as 32-bit floats.
//   node llama-vectors.js NODE_MODULES JOBS.jsonl
const fs = require('fs');
const path = require('path');
const [modules, jobs] = process.argv.slice(2);
(async () => {
  const { getLlama } = await import(path.join(path.resolve(modules), 'node-llama-cpp', 'dist', 'index.js'));
  const llama = await getLlama({ gpu: false, build: 'never', logLevel: 'error' });
  const folder = path.dirname(jobs);
  for (const line of fs.readFileSync(jobs, 'utf8').split('\n').filter(line => line.length > 0)) {
    const job = JSON.parse(line);
    const model = await llama.loadModel({ modelPath: path.join(folder, job.model), defaultContextFlashAttention: false });
    const context = await model.createEmbeddingContext({ contextSize: 2 * job.tokens.length, batchSize: 2 * job.tokens.length, threads: 2 });
    const { vector } = await context.getEmbeddingFor(job.tokens);
    fs.writeFileSync(path.join(folder, job.output), Buffer.from(Float32Array.from(vector).buffer));
    await context.dispose();
    await model.dispose();
  }
  process.exit(0);
})().catch(error => { console.error(error); process.exit(1); });
