"""Hidden rows and logits of small T5, BERT and RoBERTa networks, from the papers' formulas in PyTorch (Debian's python3-torch, 1.13).

Run: /usr/bin/python3 make-encoders.py > ../Inkstone.Models.Tests/Fixtures/encoders.json
Weights are not stored: the tensor that is k-th by name holds numbers of the sequence x' = (1103515245 x + 12345) mod 2^31 from x = 7919 (k + 1), each (x / 2^31 - 0.5) times
a scale that is said by the name's kind (see `scale`), plus one for a norm's gain.
"""
import json, math, sys
import torch
import torch.nn.functional as F

torch.set_num_threads(1)


def scale(name, shape):
    if len(shape) == 1:
        return 0.2
    if "embeddings" in name or "shared" in name or "relative_attention_bias" in name:
        return 2.0
    return 4 / math.sqrt(shape[-1])


def draw(shapes):
    tensors = {}
    for k, name in enumerate(sorted(shapes)):
        shape, x, values = shapes[name], 7919 * (k + 1), []
        for _ in range(math.prod(shape)):
            x = (1103515245 * x + 12345) % 2**31
            values.append((x / 2**31 - 0.5) * scale(name, shape))
        gain = 1.0 if ("norm" in name.lower() and name.endswith(".weight")) else 0.0
        tensors[name] = torch.tensor(values, dtype=torch.float64).reshape(shape) + gain
    return tensors


def numbers(x):
    return {"shape": list(x.shape), "data": [float(f"{v:.9g}") for v in x.reshape(-1).tolist()]}


def heads(x, count):  # [n, count * w] -> [count, n, w]
    return x.reshape(x.shape[0], count, -1).transpose(0, 1)


def merge(x):
    return x.transpose(0, 1).reshape(x.shape[1], -1)


# --- T5 (Raffel et al. 2020, sections 2.1 and 3.1.1; relative positions as in the authors' Mesh TensorFlow code) ---

def rms(x, weight, epsilon):
    return x / torch.sqrt((x * x).mean(-1, keepdim=True) + epsilon) * weight


def bucket(relative, both_ways, count, longest):
    result = 0
    if both_ways:
        count //= 2
        if relative > 0:
            result += count
        distance = abs(relative)
    else:
        distance = max(-relative, 0)
    exact = count // 2
    if distance < exact:
        return result + distance
    far = exact + int(math.log(distance / exact) / math.log(longest / exact) * (count - exact))
    return result + min(far, count - 1)


def t5(config, p, source, target):
    count, eps = config["num_heads"], config["layer_norm_epsilon"]

    def bias(stack, q, k):
        table = p[f"{stack}.block.0.layer.0.SelfAttention.relative_attention_bias.weight"]
        ids = [[bucket(j - i, stack == "encoder", config["relative_attention_num_buckets"], config["relative_attention_max_distance"]) for j in range(k)] for i in range(q)]
        return table[torch.tensor(ids)].permute(2, 0, 1)

    def attend(name, x, memory, scores_bias, causal):
        q, k, v = heads(x @ p[name + ".q.weight"].T, count), heads(memory @ p[name + ".k.weight"].T, count), heads(memory @ p[name + ".v.weight"].T, count)
        scores = q @ k.transpose(1, 2)
        if scores_bias is not None:
            scores = scores + scores_bias
        if causal:
            n = x.shape[0]
            scores = scores.masked_fill(torch.triu(torch.ones(n, n, dtype=torch.bool), 1), float("-inf"))
        return merge(scores.softmax(-1) @ v) @ p[name + ".o.weight"].T

    def feed_forward(name, x):
        if config["feed_forward_proj"] == "relu":
            return F.relu(x @ p[name + ".wi.weight"].T) @ p[name + ".wo.weight"].T
        g = x @ p[name + ".wi_0.weight"].T
        g = 0.5 * g * (1 + torch.tanh(math.sqrt(2 / math.pi) * (g + 0.044715 * g**3)))
        return (g * (x @ p[name + ".wi_1.weight"].T)) @ p[name + ".wo.weight"].T

    x = p["shared.weight"][torch.tensor(source)]
    for i in range(config["num_layers"]):
        b = f"encoder.block.{i}.layer."
        h = rms(x, p[b + "0.layer_norm.weight"], eps)
        x = x + attend(b + "0.SelfAttention", h, h, bias("encoder", len(source), len(source)), False)
        x = x + feed_forward(b + "1.DenseReluDense", rms(x, p[b + "1.layer_norm.weight"], eps))
    memory = rms(x, p["encoder.final_layer_norm.weight"], eps)
    x = p["shared.weight"][torch.tensor(target)]
    for i in range(config["num_decoder_layers"]):
        b = f"decoder.block.{i}.layer."
        h = rms(x, p[b + "0.layer_norm.weight"], eps)
        x = x + attend(b + "0.SelfAttention", h, h, bias("decoder", len(target), len(target)), True)
        x = x + attend(b + "1.EncDecAttention", rms(x, p[b + "1.layer_norm.weight"], eps), memory, None, False)
        x = x + feed_forward(b + "2.DenseReluDense", rms(x, p[b + "2.layer_norm.weight"], eps))
    x = rms(x, p["decoder.final_layer_norm.weight"], eps)
    if config["tie_word_embeddings"]:
        return memory, (x * config["d_model"] ** -0.5) @ p["shared.weight"].T
    return memory, x @ p["lm_head.weight"].T


def t5_shapes(config):
    d, inner, ff, v = config["d_model"], config["num_heads"] * config["d_kv"], config["d_ff"], config["vocab_size"]
    shapes = {"shared.weight": [v, d]}
    if not config["tie_word_embeddings"]:
        shapes["lm_head.weight"] = [v, d]
    for stack, layers in (("encoder", config["num_layers"]), ("decoder", config["num_decoder_layers"])):
        shapes[f"{stack}.final_layer_norm.weight"] = [d]
        shapes[f"{stack}.block.0.layer.0.SelfAttention.relative_attention_bias.weight"] = [config["relative_attention_num_buckets"], config["num_heads"]]
        for i in range(layers):
            parts = ["SelfAttention"] + (["EncDecAttention"] if stack == "decoder" else [])
            for j, part in enumerate(parts):
                b = f"{stack}.block.{i}.layer.{j}."
                shapes[b + "layer_norm.weight"] = [d]
                for m in "qkv":
                    shapes[f"{b}{part}.{m}.weight"] = [inner, d]
                shapes[f"{b}{part}.o.weight"] = [d, inner]
            b = f"{stack}.block.{i}.layer.{len(parts)}."
            shapes[b + "layer_norm.weight"] = [d]
            for m in ["wi"] if config["feed_forward_proj"] == "relu" else ["wi_0", "wi_1"]:
                shapes[f"{b}DenseReluDense.{m}.weight"] = [ff, d]
            shapes[b + "DenseReluDense.wo.weight"] = [d, ff]
    return shapes


def t5_case(gated):
    config = {
        "model_type": "t5", "vocab_size": 17, "d_model": 8, "d_kv": 3, "num_heads": 2, "d_ff": 12, "num_layers": 2, "num_decoder_layers": 2, "relative_attention_num_buckets": 8,
        "relative_attention_max_distance": 12, "layer_norm_epsilon": 1e-6, "feed_forward_proj": "gated-gelu" if gated else "relu", "tie_word_embeddings": not gated,
        "dropout_rate": 0.1,
    }
    shapes = t5_shapes(config)
    p = draw(shapes)
    sources = [[(5 * i + 3) % 17 for i in range(30)], [(7 * i + 1) % 17 for i in range(5)]]
    targets = [[0] + [(3 * i + 2) % 17 for i in range(18)], [0, 4, 9]]
    made = [t5(config, p, s, t) for s, t in zip(sources, targets)]
    return {"config": config, "shapes": shapes, "sources": sources, "targets": targets, "encoded": numbers(torch.cat([m for m, _ in made])), "logits": numbers(torch.cat([l for _, l in made]))}


# --- BERT (Devlin et al. 2019) and RoBERTa (Liu et al. 2019): post-norm encoders (Vaswani et al. 2017) ---

def layer_norm(x, weight, bias, epsilon):
    mean = x.mean(-1, keepdim=True)
    variance = ((x - mean) ** 2).mean(-1, keepdim=True)
    return (x - mean) / torch.sqrt(variance + epsilon) * weight + bias


def bert(config, p, tokens, types, mask):
    """One padded batch [texts, length]; mask is 1 where there is a token."""
    eps, count = config["layer_norm_eps"], config["num_attention_heads"]

    def linear(name, x):
        return x @ p[name + ".weight"].T + p[name + ".bias"]

    def norm(name, x):
        return layer_norm(x, p[name + ".weight"], p[name + ".bias"], eps)

    texts, length = tokens.shape
    if config["model_type"] == "bert":
        positions = torch.arange(length).expand(texts, length)
    else:  # counted over tokens that are no padding, from one past the padding token's id
        real = (tokens != config["pad_token_id"]).long()
        positions = real.cumsum(1) * real + config["pad_token_id"]
    x = norm("embeddings.LayerNorm", p["embeddings.word_embeddings.weight"][tokens] + p["embeddings.position_embeddings.weight"][positions]
             + p["embeddings.token_type_embeddings.weight"][types])
    width = config["hidden_size"] // count
    for i in range(config["num_hidden_layers"]):
        b = f"encoder.layer.{i}."
        q, k, v = (linear(f"{b}attention.self.{m}", x).reshape(texts, length, count, width).transpose(1, 2) for m in ("query", "key", "value"))
        scores = (q @ k.transpose(2, 3) / math.sqrt(width)).masked_fill(mask[:, None, None, :] == 0, float("-inf"))
        attended = (scores.softmax(-1) @ v).transpose(1, 2).reshape(texts, length, -1)
        x = norm(b + "attention.output.LayerNorm", x + linear(b + "attention.output.dense", attended))
        h = linear(b + "intermediate.dense", x)
        h = 0.5 * h * (1 + torch.erf(h / math.sqrt(2)))
        x = norm(b + "output.LayerNorm", x + linear(b + "output.dense", h))
    pooled = torch.tanh(linear("pooler.dense", x[:, 0])) if "pooler.dense.weight" in p else None
    return x, pooled


def bert_case(family):
    config = {
        "model_type": family, "vocab_size": 19, "hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 12, "hidden_act": "gelu",
        "max_position_embeddings": 16 if family == "bert" else 18, "type_vocab_size": 2 if family == "bert" else 1, "layer_norm_eps": 1e-12, "pad_token_id": 0 if family == "bert" else 1,
        "hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1,
    }
    d, ff = 8, 12
    shapes = {"embeddings.word_embeddings.weight": [19, d], "embeddings.position_embeddings.weight": [config["max_position_embeddings"], d],
              "embeddings.token_type_embeddings.weight": [config["type_vocab_size"], d], "embeddings.LayerNorm.weight": [d], "embeddings.LayerNorm.bias": [d]}
    if family == "bert":
        shapes.update({"pooler.dense.weight": [d, d], "pooler.dense.bias": [d]})
    for i in range(2):
        b = f"encoder.layer.{i}."
        for m in ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"):
            shapes.update({f"{b}{m}.weight": [d, d], f"{b}{m}.bias": [d]})
        for m in ("attention.output.LayerNorm", "output.LayerNorm"):
            shapes.update({f"{b}{m}.weight": [d], f"{b}{m}.bias": [d]})
        shapes.update({b + "intermediate.dense.weight": [ff, d], b + "intermediate.dense.bias": [ff], b + "output.dense.weight": [d, ff], b + "output.dense.bias": [d]})
    p = draw(shapes)
    texts = [[2 + (5 * i + 3) % 17 for i in range(16)], [2 + (7 * i + 1) % 17 for i in range(5)], [4]]
    kinds = [[int(family == "bert" and i >= len(t) // 2) for i in range(len(t))] for t in texts]
    longest = max(len(t) for t in texts)
    pad = lambda rows, value: torch.tensor([r + [value] * (longest - len(r)) for r in rows])
    mask = pad([[1] * len(t) for t in texts], 0)
    hidden, pooled = bert(config, p, pad(texts, config["pad_token_id"]), pad(kinds, 0), mask)
    rows = [hidden[i, :len(t)] for i, t in enumerate(texts)]
    case = {"config": config, "shapes": shapes, "texts": texts, "types": kinds, "hidden": numbers(torch.cat(rows))}
    if pooled is not None:
        case["pooled"] = numbers(pooled)
    unit = lambda x: x / x.norm(dim=-1, keepdim=True)
    weights = [torch.arange(1, len(t) + 1, dtype=torch.float64)[:, None] for t in texts]
    plain = hidden if family == "roberta" else bert(config, p, pad(texts, config["pad_token_id"]), torch.zeros_like(mask), mask)[0]
    rows = [plain[i, :len(t)] for i, t in enumerate(texts)]
    case["vectors"] = {
        "Mean": numbers(unit(torch.stack([r.mean(0) for r in rows]))), "First": numbers(torch.stack([r[0] for r in rows])), "Last": numbers(torch.stack([r[-1] for r in rows])),
        "Max": numbers(torch.stack([r.max(0).values for r in rows])), "MeanByRoot": numbers(torch.stack([r.sum(0) / math.sqrt(len(r)) for r in rows])),
        "WeightedMean": numbers(torch.stack([(r * w).sum(0) / w.sum() for r, w in zip(rows, weights)])),
    }
    return case


if __name__ == "__main__":
    cases = {"t5": t5_case(False), "t5-gated": t5_case(True), "bert": bert_case("bert"), "roberta": bert_case("roberta")}
    json.dump({"name": "encoders", "torch": torch.__version__, "cases": cases}, sys.stdout, separators=(",", ":"))
