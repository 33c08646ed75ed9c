// Encodes as the peers do, for comparison: a tokenizer.json by npm tokenizers. Reads requests, one JSON a line, from standard input, and
// answers each with one line.  NODE_PATH=NODE_MODULES node encode-peer.js tokenizer.json
//   {"text": …, "pair": …, "special": true}  →  {"ids", "offsets" (in code points), "types", "special", "words", "tokens"}
//   {"words": […]}                           →  the same, of text split before
//   {"decode": [ids], "skip": true}          →  {"text"}
//   {"pieces": text}                         →  {"pieces": [[text, [start, end]], …]}: what the pre-tokenizer makes of it
//   {"normalize": text}                      →  {"text"}
const readline = require('readline');
const { Tokenizer } = require('tokenizers');
const tokenizer = Tokenizer.fromFile(process.argv[2]);
const show = encoding => ({
  ids: encoding.getIds(), offsets: encoding.getOffsets(), types: encoding.getTypeIds(), special: encoding.getSpecialTokensMask(),
  words: encoding.getWordIds(), tokens: encoding.getTokens(), attention: encoding.getAttentionMask(),
  overflowing: encoding.getOverflowing().map(show),
});
const answer = async request => {
  if (request.truncate) {
    tokenizer.setTruncation(request.truncate.length, request.truncate);
    return {};
  }
  if (request.pad) {
    tokenizer.setPadding(request.pad);
    return {};
  }
  if (request.texts !== undefined) {
    const rows = await tokenizer.encodeBatch(request.texts, { addSpecialTokens: false });
    return { ids: rows.map(row => row.getIds()) };
  }
  if (request.decode !== undefined)
    return { text: await tokenizer.decode(request.decode, !!request.skip) };
  if (request.pieces !== undefined)
    return { pieces: tokenizer.getPreTokenizer().preTokenizeString(request.pieces) };
  if (request.normalize !== undefined)
    return { text: tokenizer.getNormalizer().normalizeString(request.normalize) };
  const options = { addSpecialTokens: !!request.special, isPretokenized: request.words !== undefined };
  return show(await tokenizer.encode(request.words ?? request.text, request.pair ?? null, options));
};
(async () => {
  for await (const line of readline.createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    let reply;
    try { reply = await answer(JSON.parse(line)); } catch (error) { reply = { error: String(error.message ?? error) }; }
    process.stdout.write(JSON.stringify(reply) + '\n');
  }
})();
