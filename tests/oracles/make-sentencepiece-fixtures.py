#!/usr/bin/python3
"""Makes tests/Inkstone.Tokenizers.Tests/Fixtures/sentencepiece*: what SentencePiece (Debian python3-sentencepiece 0.1.97) gives.

    /usr/bin/python3 tests/oracles/make-sentencepiece-fixtures.py ../shared/data [fuzzed strings a model, default 20000]

Small models are trained here on the repository's own pages, one for each option; published ones are read from the data folder. For every
model: ids and decoded text of whole files line by line, of one file as a single text, and of fuzzed strings, as SHA-256 digests.
"""
import glob, hashlib, json, os, struct, sys
import sentencepiece

root = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
fixtures = os.path.join(root, 'tests', 'Inkstone.Tokenizers.Tests', 'Fixtures')
data = sys.argv[1]
rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 20000

PUBLISHED = {
    'llama2': 'llama2/tokenizer.model', 'mistral': 'mistral/mistral_instruct_tokenizer_240323.model.v3', 'xlnet': 'xlnet/spiece.model',
    'clue': 'cluecorpussmall_spm.model', 'english': 'sentencepiece/test_model.model', 'japanese': 'sentencepiece/test_ja_model.model',
}
FILES = sorted(glob.glob(data + '/text-en/novels/*.txt') + glob.glob(data + '/text-zh/novels/*.txt')) + [data + '/text-zh/tang-poems.txt', data + '/text-en/ptb/ptb.valid.txt']
COMMON = dict(vocab_size=300, character_coverage=0.99, hard_vocab_limit=False, normalization_rule_name='identity', minloglevel=2, num_threads=1)
TRAINED = {
    'unigram-user': dict(model_type='unigram', user_defined_symbols=['<tag>', 'ink', '▁▁', 'a b'], control_symbols=['<ctl>']),
    'unigram-bytes': dict(model_type='unigram', byte_fallback=True, vocab_size=600),
    'unigram-plain': dict(model_type='unigram', add_dummy_prefix=False, remove_extra_whitespaces=False),
    'unigram-suffix': dict(model_type='unigram', treat_whitespace_as_suffix=True),
    'bpe-user': dict(model_type='bpe', user_defined_symbols=['<tag>', 'ink', '▁▁', 'a b'], control_symbols=['<ctl>']),
    'bpe-bytes': dict(model_type='bpe', byte_fallback=True, vocab_size=600, add_dummy_prefix=False, remove_extra_whitespaces=False),
    'bpe-unsplit': dict(model_type='bpe', split_by_whitespace=False),
    'unigram-unsplit': dict(model_type='unigram', split_by_whitespace=False),
    'word': dict(model_type='word'),
    'char': dict(model_type='char', user_defined_symbols=['<tag>']),
}
ALPHABET = ['a', 'e', 'th', 'The', 'ink', ' stone', 'model', '<tag>', '<s>', '</s>', '<unk>', '<ctl>', '<0x41>', ' ', '  ', '\t', '\n', '\u00a0', '\u3000',
            '▁', '.', ',', '1', '2024', 'é', 'e\u0301', 'Ａ', '①', '㍿', '\u200b', '\ufeff', '\ufffd', '中', '文字', 'です', 'カ\u3099', '🙂', '👨‍👩‍👧', '𠮷', 'ß', '½', '\u0000']


class Random:
    """Xorshift, the same as in the test."""
    def __init__(self, seed):
        self.state = seed

    def next(self, bound):
        x = self.state
        x ^= (x << 13) & 0xFFFFFFFFFFFFFFFF
        x ^= x >> 7
        x ^= (x << 17) & 0xFFFFFFFFFFFFFFFF
        self.state = x
        return (x >> 33) % bound


def fuzzed(random, model, pieces):
    text = b''
    for _ in range(1 + random.next(12)):
        kind = random.next(16)
        if kind < 9:
            text += ALPHABET[random.next(len(ALPHABET))].encode()
        elif kind < 12:
            text += pieces[random.next(len(pieces))].encode().replace('▁'.encode(), b' ')
        elif kind == 12:
            code = random.next(0x110000)
            text += chr(code).encode('utf-8', 'surrogatepass')
        elif kind == 13:
            text += bytes([random.next(256)])
        elif kind == 14:
            text += ALPHABET[random.next(len(ALPHABET))].encode() * (1 + random.next(20))
        else:
            text += bytes([0x80 + random.next(128), random.next(256)])
    return text


class Digest:
    def __init__(self, model):
        self.model, self.ids, self.texts, self.count = model, hashlib.sha256(), hashlib.sha256(), 0

    def add(self, text):
        ids = self.model.encode(text)
        self.count += len(ids)
        self.ids.update(struct.pack('<%di' % (len(ids) + 1), *ids, -1))
        self.texts.update(self.model.decode(ids).encode() + b'\0')

    def result(self):
        return {'tokens': self.count, 'ids': self.ids.hexdigest(), 'texts': self.texts.hexdigest()}


def digests(path, files, fuzz):
    model = sentencepiece.SentencePieceProcessor(model_file=path)
    result = {}
    for name in files:
        lines = Digest(model)
        for line in open(name, 'rb').read().split(b'\n'):
            lines.add(line)
        result[os.path.relpath(name, data)] = lines.result()
    if files:
        whole = Digest(model)
        whole.add(open(files[0], 'rb').read())
        result['whole ' + os.path.relpath(files[0], data)] = whole.result()
    strings = Digest(model)
    random = Random(88172645463325252)
    pieces = [model.id_to_piece(i) for i in range(model.get_piece_size())]
    for _ in range(fuzz):
        strings.add(fuzzed(random, model, pieces))
    result['fuzz %d' % fuzz] = strings.result()
    return result


expected = {}
corpus = '/tmp/inkstone-corpus.txt'
with open(corpus, 'w') as out:
    for page in ['README.md', 'README.zh-CN.md', 'docs/tour.md', 'docs/glossary.md', 'docs/design/models.md', 'docs/design/architecture.md']:
        out.write(open(os.path.join(root, page)).read())
for name, options in TRAINED.items():
    prefix = os.path.join(fixtures, 'sentencepiece-' + name)
    if not os.path.exists(prefix + '.model'):
        sentencepiece.SentencePieceTrainer.train(input=corpus, model_prefix=prefix, **{**COMMON, **options})
        os.remove(prefix + '.vocab')
    expected[name] = digests(prefix + '.model', [], rounds)
for name, path in PUBLISHED.items():
    expected[name] = digests(os.path.join(data, 'tokenizers', path), FILES, rounds)
    expected[name]['path'] = 'tokenizers/' + path
with open(os.path.join(fixtures, 'sentencepiece.json') if rounds == 20000 else '/tmp/sentencepiece.json', 'w') as out:
    json.dump(expected, out, indent=1, ensure_ascii=False)
    out.write('\n')
