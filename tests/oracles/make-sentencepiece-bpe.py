#!/usr/bin/python3
"""Makes tests/Inkstone.Tokenizers.Tests/Fixtures/sentencepiece-bpe-compression.json: how many tokens held-out text has under BPE models that
SentencePiece's own trainer (Debian python3-sentencepiece 0.1.97) learns; and sentencepiece-counted.json: the pieces and scores of its models of
words and of characters of varied.txt, its tabs made spaces (its trainer leaves tabs out).

    /usr/bin/python3 tests/oracles/make-sentencepiece-bpe.py ../shared/data
"""
import json, os, sys
import sentencepiece

data = sys.argv[1]
fixtures = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'Inkstone.Tokenizers.Tests', 'Fixtures')
NOVELS = ['Burnett_Garden_1911', 'Cbronte_Jane_1847', 'Dickens_Expectations_1861', 'Dickens_Oliver_1839', 'Eliot_Adam_1859', 'Forster_View_1908', 'Hardy_Tess_1891', 'Kipling_Kim_1901']
ENGLISH = ['text-en/tinyshakespeare.txt', 'text-en/tinystories-lower.txt'] + [f'text-en/novels/{name}.txt' for name in NOVELS]
CHINESE = ['text-zh/novels/水浒传.txt', 'text-zh/novels/红楼梦.txt', 'text-zh/novels/西游记.txt']
CASES = [
    dict(files=ENGLISH, held='text-en/novels/Trollope_Warden_1855.txt', options=dict(vocab_size=8000)),
    dict(files=ENGLISH, held='text-en/novels/Trollope_Warden_1855.txt', options=dict(vocab_size=4000, byte_fallback=True, split_digits=True)),
    dict(files=CHINESE, held='text-zh/novels/三国演义.txt', options=dict(vocab_size=12000)),
]
for case in CASES:
    sentencepiece.SentencePieceTrainer.train(input=[os.path.join(data, name) for name in case['files']], model_prefix='/tmp/inkstone-bpe', model_type='bpe',
                                             normalization_rule_name='identity', minloglevel=2, num_threads=2, max_sentence_length=1000000, **case['options'])
    model = sentencepiece.SentencePieceProcessor(model_file='/tmp/inkstone-bpe.model')
    case['tokens'] = sum(len(model.encode(line)) for line in open(os.path.join(data, case['held']), encoding='utf-8').read().split('\n'))
with open(os.path.join(fixtures, 'sentencepiece-bpe-compression.json'), 'w') as out:
    json.dump(CASES, out, indent=1, ensure_ascii=False)
    out.write('\n')

counted = {}
with open('/tmp/inkstone-varied.txt', 'w', encoding='utf-8', newline='') as out:
    out.write(open(os.path.join(fixtures, 'varied.txt'), encoding='utf-8', newline='').read().replace('\t', ' '))
for kind, options in {'word': dict(vocab_size=150), 'char': dict(vocab_size=300, character_coverage=0.98, hard_vocab_limit=False)}.items():
    sentencepiece.SentencePieceTrainer.train(input='/tmp/inkstone-varied.txt', model_prefix='/tmp/inkstone-counted', model_type=kind,
                                             normalization_rule_name='identity', minloglevel=2, max_sentence_length=1000000, **options)
    model = sentencepiece.SentencePieceProcessor(model_file='/tmp/inkstone-counted.model')
    counted[kind] = [[model.id_to_piece(i), model.get_score(i)] for i in range(model.vocab_size())]
with open(os.path.join(fixtures, 'sentencepiece-counted.json'), 'w') as out:
    json.dump(counted, out, ensure_ascii=False)
    out.write('\n')
