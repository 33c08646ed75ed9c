// Encodes as the peers do, for comparison: a tokenizer.json by npm tokenizers. Reads requests, one JSON a line, from standard input, and
// answers each with one line.  NODE_PATH=NODE_MODULES node encode-peer.js tokenizer.json
//   {"text": …, "pair": …, "special": true}  →  {"ids", "offsets" (in code points), "types", "special", "words", "tokens"}
//   {"decode": [ids], "skip": true}          →  {"text"}
//   {"pieces": text}                         →  {"pieces": [[text, [start, end]], …]}: what the pre-tokenizer makes of it
//   {"normalize": text}                      →  {"text"}
//   {"load": tokenizer.json}                 →  {}: takes another tokenizer
//   {"canonical": tokenizer.json}            →  {"json"}: as the peer writes what it has read
//   {"text", "pair", "staged": true}         →  as without "staged", but shortened only after encoding: encoding itself leaves off early, so that
//                                               parts of what overflows go missing; text and pair may be arrays of words, which the peer's own
//                                               encoding does not take, with no word numbers in what comes back
//   {"texts": […]}                           →  {"ids": [[…], …]}; with "offsets" true also {"offsets": [[start, end, …], …]}
// node encode-peer.js ranks RANK_FILE PATTERN answers only "texts", by tiktoken.
const readline = require('readline');
const { Tokenizer, mergeEncodings } = require('tokenizers');
const fs = require('fs'), os = require('os'), path = require('path');
let tokenizer, bare, ranks;
const written = tokenizer => {
  const file = path.join(os.tmpdir(), `peer-${process.pid}.json`);
  tokenizer.save(file, false);
  const json = fs.readFileSync(file, 'utf8');
  fs.unlinkSync(file);
  return json;
};
const load = json => {
  tokenizer = Tokenizer.fromString(json);
  bare = undefined;
};
if (process.argv[2] === 'ranks')
  ranks = new (require('tiktoken').Tiktoken)(fs.readFileSync(process.argv[3], 'utf8'), {}, process.argv[4]);
else if (process.argv[2])
  load(fs.readFileSync(process.argv[2], 'utf8'));
const show = encoding => ({
  ids: encoding.getIds(), offsets: encoding.getOffsets(), types: encoding.getTypeIds(), special: encoding.getSpecialTokensMask(),
  words: encoding.getWordIds(), tokens: encoding.getTokens(), attention: encoding.getAttentionMask(),
  overflowing: encoding.getOverflowing().map(show),
});
const answer = async request => {
  if (request.load !== undefined) {
    load(request.load);
    return {};
  }
  if (request.canonical !== undefined)
    return { json: written(Tokenizer.fromString(request.canonical)) };
  if (request.texts !== undefined && ranks)
    return { ids: request.texts.map(text => Array.from(ranks.encode_ordinary(text))) };
  if (request.texts !== undefined) {
    const rows = await tokenizer.encodeBatch(request.texts, { addSpecialTokens: false });
    const ids = rows.map(row => row.getIds());
    return request.offsets ? { ids, offsets: rows.map(row => row.getOffsets().flat()) } : { ids };
  }
  if (request.decode !== undefined)
    return { text: await tokenizer.decode(request.decode, !!request.skip) };
  if (request.pieces !== undefined)
    return { pieces: tokenizer.getPreTokenizer().preTokenizeString(request.pieces) };
  if (request.normalize !== undefined)
    return { text: tokenizer.getNormalizer().normalizeString(request.normalize) };
  const options = { addSpecialTokens: !!request.special };
  const [first, second] = [request.text, request.pair ?? null];
  if (!request.staged)
    return show(await tokenizer.encode(first, second, options));
  if (!bare) {
    bare = Tokenizer.fromString(JSON.stringify({ ...JSON.parse(written(tokenizer)), post_processor: null, truncation: null, padding: null }));
  }
  const encode = async text => Array.isArray(text)
    ? mergeEncodings(await Promise.all(text.map(encode)), false) : bare.encode(text, null, { addSpecialTokens: false });
  return show(tokenizer.postProcess(await encode(first), second === null ? null : await encode(second), !!request.special));
};
(async () => {
  for await (const line of readline.createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    let reply;
    try { reply = await answer(JSON.parse(line)); } catch (error) { reply = { error: String(error.message ?? error) }; }
    process.stdout.write(JSON.stringify(reply) + '\n');
  }
})();
