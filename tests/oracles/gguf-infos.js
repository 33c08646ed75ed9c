// What node-llama-cpp 3.22.1 reads in the heads of GGUF files: of a folder of *.gguf files, which GgufPeerTests writes, one line of JSON a model (a split one once, by its first
// part) with the file's name, its values by flat names, and its tensors: name, dimensions as the file has them, type, offset from the beginning of the file, part from 1.
//   node gguf-infos.js NODE_MODULES FOLDER
const fs = require('fs');
const path = require('path');
const [modules, folder] = process.argv.slice(2);

function flat(value, prefix, result) {
  for (const [key, item] of Object.entries(value)) {
    const name = prefix + key;
    if (item !== null && typeof item === 'object' && !Array.isArray(item))
      flat(item, name + '.', result);
    else
      result[name] = item;
  }
  return result;
}

(async () => {
  const { readGgufFileInfo } = await import(path.join(path.resolve(modules), 'node-llama-cpp', 'dist', 'index.js'));
  const files = fs.readdirSync(folder).filter(name => name.endsWith('.gguf') && !/-0000[2-9]-of-/.test(name)).sort();
  for (const file of files) {
    const info = await readGgufFileInfo(path.join(folder, file));
    const tensors = info.fullTensorInfo.map(tensor => [tensor.name, tensor.dimensions.map(Number), tensor.ggmlType, Number(tensor.fileOffset), tensor.filePart]);
    console.log(JSON.stringify({ file, version: info.version, values: flat(info.metadata, '', {}), tensors }, (key, value) => typeof value === 'bigint' ? String(value) : value));
  }
  process.exit(0);
})();
