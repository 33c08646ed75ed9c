// What Unicode 15.1 and 16.0 assigned, as the pattern engines of npm tokenizers 0.23.2 (Oniguruma) and of npm tiktoken 1.0.22 know it; Debian's unicode-data ends at 15.0:
// NODE_PATH=… node younger-code-points.js > ../../tools/younger-code-points.txt
// Lines: first..last;general category;script;1 where alphabetic;age times ten.
const fs = require('fs'), hf = require('tokenizers'), tiktoken = require('tiktoken');
function members(pattern, text) {
  const file = {
    version: '1.0', truncation: null, padding: null, added_tokens: [], normalizer: null, post_processor: null, decoder: null,
    pre_tokenizer: { type: 'Split', pattern: { Regex: pattern }, behavior: 'Removed', invert: true }, model: { type: 'BPE', vocab: {}, merges: [] },
  };
  return hf.Tokenizer.fromString(JSON.stringify(file)).getPreTokenizer().preTokenizeString(text).map(piece => piece[0].codePointAt(0));
}
const all = Array.from({ length: 0x110000 }, (_, code) => code < 0xD800 || code > 0xDFFF ? String.fromCodePoint(code) : '').join('');
const known = new Set();
for (const line of fs.readFileSync('/usr/share/unicode/DerivedAge.txt', 'utf8').split('\n')) {
  const range = /^([0-9A-F]+)(?:\.\.([0-9A-F]+))?/.exec(line);
  for (let code = range ? parseInt(range[1], 16) : 1; range && code <= parseInt(range[2] ?? range[1], 16); code++) known.add(code);
}
let ranks = '';
for (let i = 0; i < 256; i++) ranks += `${Buffer.from([i]).toString('base64')} ${i}\n`;
const rust = pattern => {
  const encoder = new tiktoken.Tiktoken(ranks, {}, pattern);
  return code => encoder.encode_ordinary(String.fromCodePoint(code)).length > 0;
};
const isOlder = rust('\\p{Age=15.1}');
const ages = new Map(members('\\P{Cn}', all).filter(code => !known.has(code)).map(code => [code, isOlder(code) ? 151 : 160]));
const text = [...ages.keys()].map(code => String.fromCodePoint(code)).join('');
function values(names) {
  const of = new Map();
  for (const name of names) for (const code of members(`\\p{${name}}`, text)) of.set(code, name);
  return of;
}
const categories = values('Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Zs Zl Zp Cc Cf Cs Co Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So'.split(' '));
const scripts = values(['Common', 'Inherited', 'Latin', 'Greek', 'Cyrillic', 'Arabic', 'Han', 'Balinese', 'Todhri', 'Garay', 'Tulu_Tigalari', 'Myanmar', 'Sunuwar', 'Kawi', 'Egyptian_Hieroglyphs',
  'Gurung_Khema', 'Kirat_Rai', 'Khitan_Small_Script', 'Ol_Onal', 'Tangut']);
const alphabetic = new Set(members('\\p{Alphabetic}', text));
// tiktoken must agree, or the tables would need two versions.
for (const category of new Set(categories.values())) {
  const matches = rust(`\\p{${category}}`);
  for (const code of ages.keys()) if (matches(code) !== (categories.get(code) === category)) console.error('tiktoken differs', code.toString(16));
}
const lines = [];
for (const code of [...ages.keys()].sort((a, b) => a - b)) {
  const value = [categories.get(code), scripts.get(code), alphabetic.has(code) ? 1 : 0, ages.get(code)].join(';');
  const last = lines.at(-1);
  if (last && last[1] === code - 1 && last[2] === value) last[1] = code;
  else lines.push([code, code, value]);
}
for (const [first, end, value] of lines) console.log(`${first.toString(16).toUpperCase()}..${end.toString(16).toUpperCase()};${value}`);
