"""What `inkstone bench tokenizer` measures, by SentencePiece here and by Hugging Face's tokenizers and tiktoken through tokenizer.js.

Debian: apt-get install -y --no-install-recommends python3-sentencepiece sentencepiece nodejs
npm:    tokenizers and tiktoken, in a folder that NODE_PATH names; without NODE_PATH only SentencePiece is measured
Run:    inkstone bench tokenizer --tokenizers FOLDER --text FILE --peers benchmarks/peers --python /usr/bin/python3
Inkstone says in INKSTONE_BENCH_FOLDER where the texts and vocabularies of this run lie.
"""
import json
import os
import struct
import subprocess
import time

import sentencepiece

folder = os.environ["INKSTONE_BENCH_FOLDER"]


def path(name):
    return os.path.join(folder, name)


def report(name, value):
    print(json.dumps({"name": name, "value": value}), flush=True)


def median(action, runs):
    seconds = []
    for _ in range(runs):
        started = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - started)
    return sorted(seconds)[runs // 2]


if os.environ.get("NODE_PATH"):
    subprocess.run(["node", os.path.join(os.path.dirname(os.path.abspath(__file__)), "tokenizer.js")], check=True)

with open(path("documents.json"), encoding="utf-8") as file:
    documents = json.load(file)
megabytes = sum(len(document.encode()) for document in documents) / 1e6
if os.path.exists(path("unigram.model")):
    model = sentencepiece.SentencePieceProcessor(model_file=path("unigram.model"))
    report("encode unigram", megabytes / median(lambda: [model.encode(document) for document in documents], 3))
    report("encode gpt2 2 threads", megabytes / median(lambda: model.encode(documents, num_threads=2), 3))

megabytes = os.path.getsize(path("train.txt")) / 1e6
for kind in ["bpe", "unigram"]:
    def train():
        subprocess.run(
            ["spm_train", "--input=" + path("train.txt"), "--model_prefix=" + path("peer-" + kind), "--model_type=" + kind, "--vocab_size=32000",
             "--num_threads=2", "--character_coverage=1.0" if kind == "bpe" else "--character_coverage=0.9995", "--max_sentence_length=100000",
             "--hard_vocab_limit=false", "--minloglevel=2"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    report(f"train {kind} 32k", megabytes / median(train, 1))

# A unigram model of 150,000 pieces, the rest of them made up, since no published one is at hand: repeated fields of a protobuf message may be appended.
with open(path("peer-unigram.model"), "rb") as file:
    large = file.read()
extra = bytearray()
count = sentencepiece.SentencePieceProcessor(model_proto=large).get_piece_size()
for number in range(150_000 - count):
    text = ("\u2581" + "made-up-" + str(number)).encode()
    piece = b"\x0a" + bytes([len(text)]) + text + b"\x15" + struct.pack("<f", -20.0)
    extra += b"\x0a" + bytes([len(piece)]) + piece
with open(path("large.model"), "wb") as file:
    file.write(large + bytes(extra))
report("load 150k", 1 / median(lambda: sentencepiece.SentencePieceProcessor(model_file=path("large.model")), 5))
