// Digests of Hugging Face's normalisers over every code point: NODE_PATH=… node normalizers.js > ../Inkstone.Tokenizers.Tests/Fixtures/normalizers.json
// For each stage: SHA-256 of the lines stage('a' + character + U+0301 + 'b'), for strip the character on both sides of an a, in UTF-8. npm tokenizers 0.23.2.
const { createHash } = require('crypto');
const t = require('tokenizers');
const bert = options => t.bertNormalizer({ cleanText: false, handleChineseChars: false, stripAccents: false, lowercase: false, ...options });
const stages = {
  nfc: t.nfcNormalizer(), nfd: t.nfdNormalizer(), nfkc: t.nfkcNormalizer(), nfkd: t.nfkdNormalizer(),
  lowercase: t.lowercase(), stripAccents: t.stripAccentsNormalizer(), nmt: t.nmt(), strip: t.stripNormalizer(true, true),
  bertClean: bert({ cleanText: true }), bertChinese: bert({ handleChineseChars: true }), bertAccents: bert({ stripAccents: true }),
  bert: t.bertNormalizer({ cleanText: true, handleChineseChars: true, lowercase: true }),
};
const digests = {};
for (const name in stages) {
  const hash = createHash('sha256');
  for (let code = 0; code < 0x110000; code++)
    if (code < 0xD800 || code > 0xDFFF) {
      const character = String.fromCodePoint(code);
      const text = name === 'strip' ? character + 'a' + character : 'a' + character + '\u0301b';
      hash.update(stages[name].normalizeString(text) + '\n', 'utf8');
    }
  digests[name] = hash.digest('hex');
}
console.log(JSON.stringify(digests, null, 2));
