"""Natural-log probabilities of encoder-decoders as llama.cpp gives them, by the libraries that node-llama-cpp 3.22.1 carries (processor only, flash attention off, key/value cache
in F32), for node-llama-cpp itself has no call for them.
For each line of JOBS, a JSON object {"model": "FILE.gguf", "source": [ids], "target": [ids], "output": "FILE"}: the encoder reads the source at once, the decoder the target, which
begins as the file says, and after each of the target's ids the distribution of the next is written, vocabulary after vocabulary, as 32-bit floats.

    python3 llama-source-logits.py NODE_MODULES JOBS.jsonl
"""
import array
import ctypes
import glob
import json
import math
import os
import struct
import sys

modules, jobs = sys.argv[1:]
libraries = os.path.join(os.path.abspath(modules), "@node-llama-cpp", "linux-x64", "bins", "linux-x64")


class Parameters(ctypes.Structure):
    """A struct of parameters, longer than it is there: it is returned and given in memory, so the rest is never looked at."""
    _fields_ = [("bytes", ctypes.c_ubyte * 512)]


class Batch(ctypes.Structure):
    _fields_ = [("count", ctypes.c_int32), ("tokens", ctypes.POINTER(ctypes.c_int32)), ("rows", ctypes.c_void_p), ("positions", ctypes.POINTER(ctypes.c_int32)),
                ("sequence_counts", ctypes.POINTER(ctypes.c_int32)), ("sequences", ctypes.POINTER(ctypes.POINTER(ctypes.c_int32))), ("wanted", ctypes.POINTER(ctypes.c_int8))]


def library(name):
    return ctypes.CDLL(glob.glob(os.path.join(libraries, name))[0], mode=ctypes.RTLD_GLOBAL)


def function(owner, name, result, *arguments):
    found = getattr(owner, name)
    found.restype, found.argtypes = result, arguments
    return found


def checked(holds, what):
    if not holds:
        sys.exit(what)


def set_number(parameters, offset, usual, number):
    """Replaces a number whose place is known by what stands there in the defaults of this version."""
    checked(struct.unpack_from("<i", parameters.bytes, offset)[0] == usual, f"the parameter at {offset} is another one: not the version this script is for")
    struct.pack_into("<i", parameters.bytes, offset, number)


def batch_of(ids, initialise):
    batch = initialise(len(ids), 0, 1)
    batch.count = len(ids)
    for i, token in enumerate(ids):
        batch.tokens[i], batch.positions[i], batch.sequence_counts[i], batch.sequences[i][0], batch.wanted[i] = token, i, 1, 0, 1
    return batch


@ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)
def log(level, text, _):
    if level == 4:  # errors
        sys.stderr.write(text.decode(errors="replace"))


library("libggml-base.so")
ggml = library("libggml.v*.so")
llama = library("libllama.v*.so")
function(ggml, "ggml_backend_load_all_from_path", None, ctypes.c_char_p)(libraries.encode())
llama.llama_log_set(log, None)
function(llama, "llama_backend_init", None)()
model_defaults = function(llama, "llama_model_default_params", Parameters)
context_defaults = function(llama, "llama_context_default_params", Parameters)
load = function(llama, "llama_model_load_from_file", ctypes.c_void_p, ctypes.c_char_p, Parameters)
start_of = function(llama, "llama_model_decoder_start_token", ctypes.c_int32, ctypes.c_void_p)
has_encoder = function(llama, "llama_model_has_encoder", ctypes.c_bool, ctypes.c_void_p)
vocabulary_of = function(llama, "llama_model_get_vocab", ctypes.c_void_p, ctypes.c_void_p)
vocabulary_size = function(llama, "llama_vocab_n_tokens", ctypes.c_int32, ctypes.c_void_p)
context_of = function(llama, "llama_init_from_model", ctypes.c_void_p, ctypes.c_void_p, Parameters)
initialise = function(llama, "llama_batch_init", Batch, ctypes.c_int32, ctypes.c_int32, ctypes.c_int32)
encode = function(llama, "llama_encode", ctypes.c_int32, ctypes.c_void_p, Batch)
decode = function(llama, "llama_decode", ctypes.c_int32, ctypes.c_void_p, Batch)
logits_of = function(llama, "llama_get_logits_ith", ctypes.POINTER(ctypes.c_float), ctypes.c_void_p, ctypes.c_int32)

for line in open(jobs):
    job = json.loads(line)
    model = load(os.path.join(os.path.dirname(jobs), job["model"]).encode(), model_defaults())
    checked(model and has_encoder(model), f"{job['model']}: not opened, or no encoder-decoder")
    checked(start_of(model) == job["target"][0], f"{job['model']}: the target begins with another token")
    size = vocabulary_size(vocabulary_of(model))
    parameters = context_defaults()
    set_number(parameters, 28, 4, 2)   # threads
    set_number(parameters, 32, 4, 2)   # threads of a batch
    set_number(parameters, 52, -1, 0)  # flash attention
    set_number(parameters, 104, 1, 0)  # the cache's keys: F16 to F32
    set_number(parameters, 108, 1, 0)  # and its values
    context = context_of(model, parameters)
    checked(context, f"{job['model']}: no context")
    checked(encode(context, batch_of(job["source"], initialise)) == 0, f"{job['model']}: not encoded")
    checked(decode(context, batch_of(job["target"], initialise)) == 0, f"{job['model']}: not decoded")
    scores = array.array("f")
    for i in range(len(job["target"])):
        row = logits_of(context, i)[:size]
        highest = max(row)
        total = highest + math.log(sum(math.exp(logit - highest) for logit in row))
        scores.extend(logit - total for logit in row)
    with open(os.path.join(os.path.dirname(jobs), job["output"]), "wb") as output:
        scores.tofile(output)
