"""Log-probabilities of small decoders with mixtures of experts and latent attention, in double precision, from tensors under Hugging Face's names and in its layout.

Run: /usr/bin/python3 make-experts.py > ../Inkstone.Models.Tests/Fixtures/experts.json
Weights are drawn as make-encoders.py says. Keys and values of latent attention are made in full here, head by head, as in the paper (DeepSeek-V2, equations 9 to 19).
"""
import importlib.util, json, math, os, sys
import torch
import torch.nn.functional as F

spec = importlib.util.spec_from_file_location("encoders", os.path.join(os.path.dirname(os.path.abspath(__file__)), "make-encoders.py"))
encoders = importlib.util.module_from_spec(spec)
spec.loader.exec_module(encoders)
draw, numbers, rms = encoders.draw, encoders.numbers, encoders.rms

D, V, T, HEADS, KV, W = 8, 13, 24, 4, 2, 4
TOKENS = [(5 * i + 3) % V for i in range(T)]
ROWS = [0, 6, 15, 23]


def frequencies(width, theta, yarn=None):
    f = theta ** (-torch.arange(0, width, 2, dtype=torch.float64) / width)
    if yarn is None:
        return f
    pair = lambda turns: width * math.log(yarn["original_max_position_embeddings"] / (turns * 2 * math.pi)) / (2 * math.log(theta))
    low, high = pair(yarn["beta_fast"]), pair(yarn["beta_slow"])
    if yarn.get("truncate", True):
        low, high = math.floor(low), math.ceil(high)
    low, high = max(low, 0), min(high, width - 1)
    slowed = ((torch.arange(width // 2, dtype=torch.float64) - low) / max(high - low, 0.001)).clamp(0, 1)
    return f / yarn["factor"] * slowed + f * (1 - slowed)


def turn(x, f, interleaved, magnitude=1.0):  # [heads, T, width]
    angle = torch.arange(T, dtype=torch.float64)[:, None] * f
    c, s = angle.cos() * magnitude, angle.sin() * magnitude
    half = x.shape[-1] // 2
    a, b = (x[..., 0::2], x[..., 1::2]) if interleaved else (x[..., :half], x[..., half:])
    y = (a * c - b * s, b * c + a * s)
    return torch.stack(y, -1).flatten(-2) if interleaved else torch.cat(y, -1)


def attend(q, k, v, scale, window=0, sinks=None):
    k, v = (x.repeat_interleave(q.shape[0] // x.shape[0], 0) for x in (k, v))
    i, j = torch.arange(T)[:, None], torch.arange(T)[None]
    hidden = (j > i) | ((i - j >= window) if window else False)
    scores = (q @ k.transpose(1, 2) * scale).masked_fill(hidden, float("-inf"))
    if sinks is None:
        weights = scores.softmax(-1)
    else:
        weights = torch.cat([scores, sinks[:, None, None].expand(-1, T, 1)], -1).softmax(-1)[..., :-1]
    return encoders.merge(weights @ v)


class Case:
    def __init__(self, config):
        self.config, self.shapes, self.p = config, {}, None

    def w(self, name, *shape):
        self.shapes[name] = list(shape)
        return self.p[name] if self.p else torch.zeros(*shape, dtype=torch.float64)

    def linear(self, x, name, out, bias=False):
        y = x @ self.w(name + ".weight", out, x.shape[-1]).T
        return y + self.w(name + ".bias", out) if bias else y

    def norm(self, x, name):
        return rms(x, self.w(name + ".weight", x.shape[-1]), self.config["rms_norm_eps"])

    def swiglu(self, x, name, hidden, names=("gate_proj", "up_proj", "down_proj")):
        g, u, d = names
        return self.linear(F.silu(self.linear(x, f"{name}.{g}", hidden)) * self.linear(x, f"{name}.{u}", hidden), f"{name}.{d}", D)

    def mix(self, weights, chosen, expert):
        """Σ weight · expert(row) over each row's chosen experts."""
        given = [expert(e) for e in range(self.experts)]
        return torch.stack([sum(weights[r, k] * given[chosen[r, k]][r] for k in range(chosen.shape[1])) for r in range(T)])

    def plain_attention(self, h, a, f, bias=False, interleaved=False, window=0, magnitude=1.0, sinks=None, output_bias=False):
        q, k, v = (encoders.heads(self.linear(h, f"{a}{m}_proj", n * W, bias), n) for m, n in (("q", HEADS), ("k", KV), ("v", KV)))
        return self.linear(attend(turn(q, f, interleaved, magnitude), turn(k, f, interleaved, magnitude), v, W ** -0.5, window, sinks), a + "o_proj", D, output_bias)

    def run(self):
        x = self.w("model.embed_tokens.weight", V, D)[torch.tensor(TOKENS)]
        for i in range(2):
            layer = f"model.layers.{i}."
            x = x + self.attention(self.norm(x, layer + "input_layernorm"), layer + "self_attn.", i)
            x = x + self.feed_forward(self.norm(x, layer + "post_attention_layernorm"), layer, i)
        return self.linear(self.norm(x, "model.norm"), "lm_head", V).log_softmax(-1)

    def result(self):
        self.run()
        self.p = draw(self.shapes)
        return {"config": self.config, "shapes": self.shapes, "tokens": TOKENS, "rows": ROWS, "logarithms": numbers(self.run()[ROWS])}


BASE = {"vocab_size": V, "hidden_size": D, "num_hidden_layers": 2, "num_attention_heads": HEADS, "num_key_value_heads": KV, "head_dim": W, "max_position_embeddings": 64,
        "rms_norm_eps": 1e-6, "rope_theta": 10000.0, "tie_word_embeddings": False, "hidden_act": "silu"}


class Mixtral(Case):
    experts = 4

    def __init__(self):
        super().__init__({**BASE, "model_type": "mixtral", "intermediate_size": 12, "num_local_experts": 4, "num_experts_per_tok": 2})

    def attention(self, h, a, i):
        return self.plain_attention(h, a, frequencies(W, 10000.0))

    def feed_forward(self, h, layer, i):
        b = layer + "block_sparse_moe."
        weights, chosen = self.linear(h, b + "gate", 4).softmax(-1).topk(2)
        return self.mix(weights / weights.sum(-1, keepdim=True), chosen, lambda e: self.swiglu(h, f"{b}experts.{e}", 12, ("w1", "w3", "w2")))


class Qwen2Moe(Case):
    experts = 5

    def __init__(self):
        super().__init__({**BASE, "model_type": "qwen2_moe", "intermediate_size": 16, "num_experts": 5, "num_experts_per_tok": 2, "moe_intermediate_size": 6,
                          "shared_expert_intermediate_size": 10, "norm_topk_prob": False, "decoder_sparse_step": 1, "mlp_only_layers": [], "use_sliding_window": False})

    def attention(self, h, a, i):
        return self.plain_attention(h, a, frequencies(W, 10000.0), bias=True)

    def feed_forward(self, h, layer, i):
        b = layer + "mlp."
        weights, chosen = self.linear(h, b + "gate", 5).softmax(-1).topk(2)
        y = self.mix(weights, chosen, lambda e: self.swiglu(h, f"{b}experts.{e}", 6))
        return y + torch.sigmoid(self.linear(h, b + "shared_expert_gate", 1)) * self.swiglu(h, b + "shared_expert", 10)


class Ernie(Case):
    experts = 5

    def __init__(self):
        super().__init__({**BASE, "model_type": "ernie4_5_moe", "intermediate_size": 14, "moe_num_experts": 5, "moe_k": 2, "moe_intermediate_size": 6, "moe_num_shared_experts": 2,
                          "moe_layer_start_index": 1, "moe_layer_end_index": -1, "moe_layer_interval": 1, "moe_use_aux_free": True, "use_bias": False, "moe_gate": "topk"})

    def attention(self, h, a, i):
        return self.plain_attention(h, a, frequencies(W, 10000.0), interleaved=True)

    def feed_forward(self, h, layer, i):
        b = layer + "mlp."
        if i < 1:
            return self.swiglu(h, layer + "mlp", 14)
        shares = self.linear(h, b + "gate", 5).softmax(-1)
        chosen = (shares + self.w(b + "moe_statics.e_score_correction_bias", 1, 5)).topk(2).indices
        weights = shares.gather(1, chosen)
        y = self.mix(weights / weights.sum(-1, keepdim=True), chosen, lambda e: self.swiglu(h, f"{b}experts.{e}", 6))
        return y + self.swiglu(h, b + "shared_experts", 12)


class GptOss(Case):
    experts = 4
    yarn = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16, "beta_fast": 32.0, "beta_slow": 1.0, "truncate": False}

    def __init__(self):
        super().__init__({**BASE, "model_type": "gpt_oss", "rms_norm_eps": 1e-5, "rope_theta": 150000.0, "intermediate_size": 6, "num_local_experts": 4, "num_experts_per_tok": 2,
                          "sliding_window": 5, "layer_types": ["sliding_attention", "full_attention"], "rope_scaling": self.yarn, "swiglu_limit": 7.0, "attention_bias": True})

    def attention(self, h, a, i):
        f = frequencies(W, 150000.0, self.yarn)
        return self.plain_attention(h, a, f, True, window=5 if i == 0 else 0, magnitude=0.1 * math.log(4) + 1, sinks=self.w(a + "sinks", HEADS), output_bias=True)

    def feed_forward(self, h, layer, i):
        b = layer + "mlp."
        weights, chosen = self.linear(h, b + "router", 4, True).topk(2)

        def expert(e):
            both = h @ self.w(b + "experts.gate_up_proj", 4, D, 12)[e] + self.w(b + "experts.gate_up_proj_bias", 4, 12)[e]
            gate, up = both[:, 0::2].clamp(max=7), both[:, 1::2].clamp(-7, 7)
            return ((up + 1) * gate * torch.sigmoid(1.702 * gate)) @ self.w(b + "experts.down_proj", 4, 6, D)[e] + self.w(b + "experts.down_proj_bias", 4, D)[e]

        return self.mix(weights.softmax(-1), chosen, expert)


class DeepSeek(Case):
    experts = 5
    yarn = {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16, "beta_fast": 32, "beta_slow": 1, "mscale": 0.707, "mscale_all_dim": 0.707}
    plain, turned, value, latent = 6, 4, 5, 7

    def __init__(self, rank):
        self.rank = rank
        super().__init__({**BASE, "model_type": "deepseek_v2", "num_key_value_heads": HEADS, "intermediate_size": 14, "q_lora_rank": rank, "kv_lora_rank": self.latent,
                          "qk_nope_head_dim": self.plain, "qk_rope_head_dim": self.turned, "v_head_dim": self.value, "n_routed_experts": 5, "n_shared_experts": 2,
                          "num_experts_per_tok": 2, "moe_intermediate_size": 6, "first_k_dense_replace": 1, "moe_layer_freq": 1, "norm_topk_prob": False,
                          "routed_scaling_factor": 1.5, "scoring_func": "softmax", "topk_method": "greedy", "rope_scaling": self.yarn if rank else None})
        del self.config["head_dim"]

    def attention(self, h, a, i):
        below = self.norm(self.linear(h, a + "q_a_proj", self.rank), a + "q_a_layernorm") if self.rank else h
        q = encoders.heads(self.linear(below, a + ("q_b_proj" if self.rank else "q_proj"), HEADS * (self.plain + self.turned)), HEADS)
        down = self.linear(h, a + "kv_a_proj_with_mqa", self.latent + self.turned)
        both = encoders.heads(self.linear(self.norm(down[:, :self.latent], a + "kv_a_layernorm"), a + "kv_b_proj", HEADS * (self.plain + self.value)), HEADS)
        f = frequencies(self.turned, 10000.0, self.yarn if self.rank else None)
        q = torch.cat([q[..., :self.plain], turn(q[..., self.plain:], f, True)], -1)
        key = turn(down[None, :, self.latent:], f, True).expand(HEADS, -1, -1)
        magnitude = 0.1 * 0.707 * math.log(4) + 1 if self.rank else 1
        scale = magnitude ** 2 * (self.plain + self.turned) ** -0.5
        return self.linear(attend(q, torch.cat([both[..., :self.plain], key], -1), both[..., self.plain:], scale), a + "o_proj", D)

    def feed_forward(self, h, layer, i):
        b = layer + "mlp."
        if i < 1:
            return self.swiglu(h, layer + "mlp", 14)
        weights, chosen = self.linear(h, b + "gate", 5).softmax(-1).topk(2)
        y = self.mix(weights * 1.5, chosen, lambda e: self.swiglu(h, f"{b}experts.{e}", 6))
        return y + self.swiglu(h, b + "shared_experts", 12)


cases = {"mixtral": Mixtral(), "qwen2_moe": Qwen2Moe(), "ernie4_5_moe": Ernie(), "gpt_oss": GptOss(), "deepseek_v2-lite": DeepSeek(None), "deepseek_v2": DeepSeek(6)}
json.dump({"name": "experts", "torch": torch.__version__, "cases": {name: case.result() for name, case in cases.items()}}, sys.stdout, separators=(",", ":"))
