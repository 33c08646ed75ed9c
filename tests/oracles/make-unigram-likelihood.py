#!/usr/bin/python3
"""Makes tests/Inkstone.Tokenizers.Tests/Fixtures/unigram-likelihood.json: how probable SentencePiece's own unigram models hold the text they
were trained on (the sum of the scores of the best pieces, line by line).

    /usr/bin/python3 tests/oracles/make-unigram-likelihood.py ../shared/data
"""
import json, os, sys
import sentencepiece

data = sys.argv[1]
fixtures = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'Inkstone.Tokenizers.Tests', 'Fixtures')
CASES = {'tokenizers/sentencepiece/botchan.txt': [1000, 4000], 'text-zh/tang-poems.txt': [12000], 'text-en/novels/Doyle_Hound_1902.txt': [3000],
         'text-zh/clue-news-sampled.txt': [8000], 'text-zh/novels/三国演义.txt': [10000]}
result = {}
for name, sizes in CASES.items():
    result[name] = {}
    for size in sizes:
        sentencepiece.SentencePieceTrainer.train(input=os.path.join(data, name), model_prefix='/tmp/inkstone-unigram', vocab_size=size,
                                                 normalization_rule_name='identity', minloglevel=2, num_threads=2, max_sentence_length=100000)
        model = sentencepiece.SentencePieceProcessor(model_file='/tmp/inkstone-unigram.model')
        score = 0.0
        for line in open(os.path.join(data, name), encoding='utf-8').read().split('\n'):
            score += sum(model.get_score(i) for i in model.encode(line))
        result[name][str(size)] = score
with open(os.path.join(fixtures, 'unigram-likelihood.json'), 'w') as out:
    json.dump(result, out, indent=1)
    out.write('\n')
