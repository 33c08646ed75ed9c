#!/usr/bin/python3
"""Makes tests/Inkstone.Inference.Tests/Fixtures/samplers.json: which tokens are left, and with what probabilities, after llama.cpp's samplers in its order (penalties, DRY, top-n-sigma,
top-k, typical, top-p, min-p, temperature), each written from its definition with numpy in double precision. Repetition and DRY look at all tokens, presence and frequency at the
drawn ones alone. Scores are integers / 64, no two of a row the same.

    /usr/bin/python3 tests/oracles/samplers.py
"""
import json, math, os
import numpy as np

V = 48


def softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum()


def penalties(z, tokens, drawn, o):
    z = z.copy()
    repetition = o.get('repetitionPenalty', 1)
    window = o.get('repetitionWindow', 0)
    for t in set(tokens[-window:] if window else tokens):
        z[t] = z[t] / repetition if z[t] > 0 else z[t] * repetition
    for t in set(drawn):
        z[t] -= o.get('presencePenalty', 0) + o.get('frequencyPenalty', 0) * drawn.count(t)
    return z


def dry(z, tokens, o):
    """For every token: the longest end of the text, no breaker in it, that stood before some earlier occurrence of the token. Straight from the description, quadratic."""
    z, multiplier = z.copy(), o.get('dryMultiplier', 0)
    if multiplier == 0:
        return z
    base, allowed, breakers = o.get('dryBase', 1.75), o.get('dryAllowedLength', 2), set(o.get('dryBreakTokens', []))
    longest = {}
    for at in range(1, len(tokens)):                       # tokens[at] was drawn after tokens[:at]
        length = 0
        while length < at and tokens[at - 1 - length] == tokens[-1 - length] and tokens[-1 - length] not in breakers:
            length += 1
        if tokens[at] not in breakers:
            longest[tokens[at]] = max(longest.get(tokens[at], 0), length)
    for t, length in longest.items():
        if length >= allowed:
            z[t] -= multiplier * base ** (length - allowed)
    return z


def survivors(z, o):
    """Ids left, most probable first, and their scores."""
    ids = [int(i) for i in np.lexsort((np.arange(V), -z))]
    if o.get('topNSigma', 0) > 0:
        lowest = z.max() - o['topNSigma'] * z.std()
        ids = [i for i in ids if z[i] >= lowest]
    if o.get('topK', 0) > 0:
        ids = ids[:o['topK']]
    if o.get('typicalP', 1) < 1:
        p = softmax(z[ids])
        entropy = -(p * np.log(p)).sum()
        order = sorted(range(len(ids)), key=lambda i: (abs(-math.log(p[i]) - entropy), i))
        kept, mass = [], 0.0
        for i in order:
            kept.append(i)
            mass += p[i]
            if mass >= o['typicalP']:
                break
        ids = [ids[i] for i in sorted(kept)]
    if o.get('topP', 1) < 1:
        p, mass = softmax(z[ids]), 0.0
        for count, share in enumerate(p, 1):
            mass += share
            if mass >= o['topP']:
                ids = ids[:count]
                break
    if o.get('minP', 0) > 0:
        p = softmax(z[ids])
        ids = [i for i, share in zip(ids, p) if share >= o['minP'] * p.max()]
    return ids


OPTIONS = [
    dict(topK=1), dict(topK=7), dict(topP=0.5), dict(topP=0.93), dict(minP=0.05), dict(minP=0.3), dict(typicalP=0.3), dict(typicalP=0.9), dict(topNSigma=1.2),
    dict(temperature=0.5), dict(temperature=1.8), dict(repetitionPenalty=1.3), dict(repetitionPenalty=1.2, repetitionWindow=5), dict(presencePenalty=0.7),
    dict(frequencyPenalty=0.4), dict(repetitionPenalty=0.9, presencePenalty=-0.5, frequencyPenalty=0.25), dict(dryMultiplier=0.8), dict(dryMultiplier=1.1, dryBase=1.4, dryAllowedLength=1),
    dict(dryMultiplier=0.8, dryAllowedLength=1, dryBreakTokens=[2, 5]),
    dict(topK=20, topP=0.9, minP=0.02, temperature=0.7), dict(typicalP=0.8, topP=0.8, temperature=1.3), dict(topK=12, typicalP=0.7, minP=0.1),
    dict(repetitionPenalty=1.1, frequencyPenalty=0.1, dryMultiplier=0.5, topK=30, typicalP=0.95, topP=0.9, minP=0.03, temperature=0.8),
]

random = np.random.RandomState(4)
rows = []
for spread in (100, 250, 60, 500):
    scores = random.permutation(np.unique(np.round(random.normal(0, spread, 4 * V)).astype(int)))[:V]
    assert len(scores) == V
    tokens = [int(t) for t in random.randint(0, 8, 30)]
    tokens = tokens + tokens[4:9] + [int(t) for t in random.randint(0, V, 4)] + tokens[3:9]
    prompt = len(tokens) // 2
    cases = []
    for o in OPTIONS:
        z = dry(penalties(scores / 64, tokens, tokens[prompt:], o), tokens, o)
        ids = survivors(z, o)
        p = softmax(z[ids] / o.get('temperature', 1))
        cases.append(dict(options=o, left=ids, probabilities=[float(f'{x:.10g}') for x in p]))
    rows.append(dict(scores=[int(s) for s in scores], tokens=tokens, prompt=prompt, cases=cases))
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'Inkstone.Inference.Tests', 'Fixtures', 'samplers.json')
os.makedirs(os.path.dirname(path), exist_ok=True)
with open(path, 'w') as file:
    file.write('{"rows":[\n' + ',\n'.join(json.dumps(row, separators=(',', ':')) for row in rows) + '\n]}\n')
