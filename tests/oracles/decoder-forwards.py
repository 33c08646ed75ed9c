#!/usr/bin/python3
"""Makes tests/Inkstone.Models.Tests/Fixtures/decoder-forwards.json: log-probabilities of small decoders, each written out in a few lines of PyTorch in double precision, from
tensors under the names and in the layout of Hugging Face's files. The numbers of a tensor are a hash of its name and index, so that none is stored.

    /usr/bin/python3 tests/oracles/decoder-forwards.py
"""
import json, math, os
import numpy as np
import torch

V, T, ROWS = 11, 24, [7, 19, 22, 23]
TOKENS = [(i * 7 + 3) % V for i in range(T)]


def numbers(name, shape, gain):
    """Uniform numbers about 0 with variance 1 / fan-in; vectors within 0.2 of 0, and of `gain` where they are gains."""
    h = 2166136261
    for byte in name.encode():
        h = (h ^ byte) * 16777619 & 0xffffffff
    x = (np.arange(int(np.prod(shape)), dtype=np.uint64) * 0x9e3779b9 + h) & 0xffffffff
    x ^= x >> 16
    x = x * 0x85ebca6b & 0xffffffff
    x ^= x >> 13
    x = x * 0xc2b2ae35 & 0xffffffff
    x ^= x >> 16
    u = 2 * (x.astype(np.float64) / 4294967296.0) - 1
    if len(shape) > 1:
        u = u * math.sqrt(3 / shape[-1])
    else:
        u = 0.2 * u + (gain if name.endswith('.weight') else 0.0)
    return torch.from_numpy(u.astype(np.float32).astype(np.float64)).reshape(shape)


class Net:
    """The parts that decoders share."""

    def __init__(self, gain=1.0):
        self.gain = gain

    def w(self, name, *shape):
        return numbers(name, shape, self.gain)

    def linear(self, x, name, out, bias=False):
        y = x @ self.w(name + '.weight', out, x.shape[-1]).T
        return y + self.w(name + '.bias', out) if bias else y

    def layer_norm(self, x, name, eps=1e-5):
        n = x.shape[-1]
        return torch.nn.functional.layer_norm(x, (n,), self.w(name + '.weight', n), self.w(name + '.bias', n), eps)

    def rms(self, x, name, eps=1e-6, offset=0.0):
        return x / torch.sqrt((x * x).mean(-1, keepdim=True) + eps) * (self.w(name + '.weight', x.shape[-1]) + offset)


def frequencies(width, theta, scale=None):
    f = theta ** (-torch.arange(0, width, 2, dtype=torch.float64) / width)
    kind = scale and scale[0]
    if kind == 'linear':
        return f / scale[1]
    if kind == 'dynamic':                                  # factor, original, served context
        _, factor, original, context = scale
        grown = theta * (factor * context / original - (factor - 1)) ** (width / (width - 2))
        return grown ** (-torch.arange(0, width, 2, dtype=torch.float64) / width)
    if kind == 'list':
        return f / torch.tensor(scale[1], dtype=torch.float32).double()
    if kind == 'llama3':                                   # factor, low, high, original
        _, factor, low, high, original = scale
        out = []
        for x in f.tolist():
            wave = 2 * math.pi / x
            s = (original / wave - low) / (high - low)
            out.append(x if wave < original / high else x / factor if wave > original / low else (1 - s) * x / factor + s * x)
        return torch.tensor(out, dtype=torch.float64)
    if kind == 'yarn':                                     # factor, original
        _, factor, original = scale
        def pair(turns):
            return width * math.log(original / (turns * 2 * math.pi)) / (2 * math.log(theta))
        low, high = max(math.floor(pair(32)), 0), min(math.ceil(pair(1)), width - 1)
        ramp = ((torch.arange(width // 2, dtype=torch.float64) - low) / max(high - low, 0.001)).clamp(0, 1)
        return f / factor * ramp + f * (1 - ramp)
    return f


def rotate(x, f, magnitude=1.0, neighbours=False):
    """x [T, heads, width]; the first 2 * len(f) elements of a head are turned."""
    n = 2 * len(f)
    angle = torch.arange(x.shape[0], dtype=torch.float64)[:, None] * f
    cos, sin = magnitude * angle.cos()[:, None], magnitude * angle.sin()[:, None]
    turned, rest = x[..., :n], x[..., n:]
    if neighbours:
        a, b = turned[..., 0::2], turned[..., 1::2]
        return torch.cat([torch.stack([a * cos - b * sin, a * sin + b * cos], -1).flatten(-2), rest], -1)
    a, b = turned[..., :n // 2], turned[..., n // 2:]
    return torch.cat([a * cos - b * sin, a * sin + b * cos, rest], -1)


def attend(q, k, v, scale=None, window=0, cap=0.0):
    t, heads, width = q.shape
    k, v = (x.repeat_interleave(heads // x.shape[1], 1) for x in (k, v))
    s = torch.einsum('ihd,jhd->hij', q, k) * (width ** -0.5 if scale is None else scale)
    if cap:
        s = cap * torch.tanh(s / cap)
    i, j = torch.arange(t)[:, None], torch.arange(t)[None]
    seen = (j <= i) & ((i - j < window) if window else torch.ones_like(j, dtype=torch.bool))
    return torch.einsum('hij,jhd->ihd', s.masked_fill(~seen, -math.inf).softmax(-1), v).reshape(t, -1)


def heads(x, width):
    return x.reshape(x.shape[0], -1, width)


def erf_gelu(x):
    return torch.nn.functional.gelu(x)


def tanh_gelu(x):
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)))


silu = torch.nn.functional.silu
W, L, H, KV, D, F = 16, 2, 4, 2, 4, 24                     # width, layers, heads, key-value heads, head width, hidden width


def llama(windows=(0, 0), theta=1e4, scale=None, magnitude=1.0, qkv_bias=False, o_bias=False, mlp_bias=False, qk_norm=False, fused=False, rotary=D,
          multipliers=(1, 1, None, 1), tied=False, turned=(1, 1)):
    net, (embedding, residual, attention, logits) = Net(), multipliers
    f = frequencies(rotary, theta, scale)
    x = net.w('model.embed_tokens.weight', V, W)[TOKENS] * embedding
    for n in range(L):
        p = f'model.layers.{n}.'
        h = net.rms(x, p + 'input_layernorm')
        if fused:
            q, k, v = net.linear(h, p + 'self_attn.qkv_proj', (H + 2 * KV) * D).split([H * D, KV * D, KV * D], -1)
        else:
            q, k, v = (net.linear(h, p + f'self_attn.{c}_proj', m * D, qkv_bias) for c, m in (('q', H), ('k', KV), ('v', KV)))
        q, k, v = heads(q, D), heads(k, D), heads(v, D)
        if qk_norm:
            q, k = net.rms(q, p + 'self_attn.q_norm'), net.rms(k, p + 'self_attn.k_norm')
        q, k = (rotate(y, f, magnitude) if turned[n] else y for y in (q, k))
        a = attend(q, k, v, attention, windows[n])
        x = x + residual * net.linear(a, p + 'self_attn.o_proj', W, o_bias)
        h = net.rms(x, p + 'post_attention_layernorm')
        if fused:
            gate, up = net.linear(h, p + 'mlp.gate_up_proj', 2 * F).chunk(2, -1)
        else:
            gate, up = (net.linear(h, p + f'mlp.{c}_proj', F, mlp_bias) for c in ('gate', 'up'))
        x = x + residual * net.linear(silu(gate) * up, p + 'mlp.down_proj', W, mlp_bias)
    return net.rms(x, 'model.norm') @ net.w('model.embed_tokens.weight' if tied else 'lm_head.weight', V, W).T / logits


def gemma(generation, windows=(0, 0), caps=(0.0, 0.0), scalar=D, thetas=(1e4, 1e4), factor=1.0):
    net = Net(gain=0.0)
    table = net.w('model.embed_tokens.weight', V, W)
    x = table[TOKENS] * math.sqrt(W)
    def norm(y, name):
        return net.rms(y, name, offset=1.0)
    for n in range(L):
        p = f'model.layers.{n}.'
        f = frequencies(D, thetas[1]) if windows[n] else frequencies(D, thetas[0], ('linear', factor))
        h = norm(x, p + 'input_layernorm')
        q, k, v = (heads(net.linear(h, p + f'self_attn.{c}_proj', m * D), D) for c, m in (('q', H), ('k', KV), ('v', KV)))
        if generation == 3:
            q, k = norm(q, p + 'self_attn.q_norm'), norm(k, p + 'self_attn.k_norm')
        a = net.linear(attend(rotate(q, f), rotate(k, f), v, scalar ** -0.5, windows[n], caps[0]), p + 'self_attn.o_proj', W)
        x = x + (norm(a, p + 'post_attention_layernorm') if generation > 1 else a)
        h = norm(x, p + ('pre_feedforward_layernorm' if generation > 1 else 'post_attention_layernorm'))
        m = net.linear(tanh_gelu(net.linear(h, p + 'mlp.gate_proj', F)) * net.linear(h, p + 'mlp.up_proj', F), p + 'mlp.down_proj', W)
        x = x + (norm(m, p + 'post_feedforward_layernorm') if generation > 1 else m)
    logits = norm(x, 'model.norm') @ table.T
    return caps[1] * torch.tanh(logits / caps[1]) if caps[1] else logits


def gpt2():
    net = Net()
    def conv(y, name, out):                                # stored as [in, out]
        return y @ net.w(name + '.weight', y.shape[-1], out) + net.w(name + '.bias', out)
    x = net.w('transformer.wte.weight', V, W)[TOKENS] + net.w('transformer.wpe.weight', 32, W)[:T]
    for n in range(L):
        p = f'transformer.h.{n}.'
        q, k, v = (heads(y, D) for y in conv(net.layer_norm(x, p + 'ln_1'), p + 'attn.c_attn', 3 * W).chunk(3, -1))
        x = x + conv(attend(q, k, v), p + 'attn.c_proj', W)
        x = x + conv(tanh_gelu(conv(net.layer_norm(x, p + 'ln_2'), p + 'mlp.c_fc', F)), p + 'mlp.c_proj', W)
    return net.layer_norm(x, 'transformer.ln_f') @ net.w('transformer.wte.weight', V, W).T


def neox(parallel, act, rotary):
    net = Net()
    f = frequencies(rotary, 1e4)
    x = net.w('gpt_neox.embed_in.weight', V, W)[TOKENS]
    for n in range(L):
        p = f'gpt_neox.layers.{n}.'
        qkv = net.linear(net.layer_norm(x, p + 'input_layernorm'), p + 'attention.query_key_value', 3 * W, True).reshape(T, H, 3, D)
        q, k, v = qkv.unbind(2)
        y = x + net.linear(attend(rotate(q, f), rotate(k, f), v), p + 'attention.dense', W, True)
        h = net.layer_norm(x if parallel else y, p + 'post_attention_layernorm')
        x = y + net.linear(act(net.linear(h, p + 'mlp.dense_h_to_4h', F, True)), p + 'mlp.dense_4h_to_h', W, True)
    return net.linear(net.layer_norm(x, 'gpt_neox.final_layer_norm'), 'embed_out', V)


def gptj(rotary):
    net = Net()
    f = frequencies(rotary, 1e4)
    x = net.w('transformer.wte.weight', V, W)[TOKENS]
    for n in range(L):
        p = f'transformer.h.{n}.'
        h = net.layer_norm(x, p + 'ln_1')
        q, k, v = (heads(net.linear(h, p + f'attn.{c}_proj', W), D) for c in 'qkv')
        a = net.linear(attend(rotate(q, f, neighbours=True), rotate(k, f, neighbours=True), v), p + 'attn.out_proj', W)
        x = x + a + net.linear(tanh_gelu(net.linear(h, p + 'mlp.fc_in', F, True)), p + 'mlp.fc_out', W, True)
    return net.linear(net.layer_norm(x, 'transformer.ln_f'), 'lm_head', V, True)


def falcon(kv, norms):
    net = Net()
    f = frequencies(D, 1e4)
    x = net.w('transformer.word_embeddings.weight', V, W)[TOKENS]
    for n in range(L):
        p = f'transformer.h.{n}.'
        h = net.layer_norm(x, p + ('ln_attn' if norms == 2 else 'input_layernorm'))
        qkv = net.linear(h, p + 'self_attention.query_key_value', W + 2 * kv * D).reshape(T, kv, H // kv + 2, D)
        q, k, v = qkv[:, :, :-2].reshape(T, H, D), qkv[:, :, -2], qkv[:, :, -1]
        a = net.linear(attend(rotate(q, f), rotate(k, f), v), p + 'self_attention.dense', W)
        h = net.layer_norm(x, p + 'ln_mlp') if norms == 2 else h
        x = x + a + net.linear(erf_gelu(net.linear(h, p + 'mlp.dense_h_to_4h', F)), p + 'mlp.dense_4h_to_h', W)
    return net.layer_norm(x, 'transformer.ln_f') @ net.w('transformer.word_embeddings.weight', V, W).T


def stablelm(qk_norm, parallel, bias, rotary):
    net = Net()
    f = frequencies(rotary, 1e4)
    x = net.w('model.embed_tokens.weight', V, W)[TOKENS]
    for n in range(L):
        p = f'model.layers.{n}.'
        h = net.layer_norm(x, p + 'input_layernorm')
        q, k, v = (heads(net.linear(h, p + f'self_attn.{c}_proj', m * D, bias), D) for c, m in (('q', H), ('k', KV), ('v', KV)))
        if qk_norm:
            q, k = (torch.stack([torch.nn.functional.layer_norm(y[:, i], (D,), net.w(p + f'self_attn.{c}_layernorm.norms.{i}.weight', D), None, 1e-5)
                                 for i in range(y.shape[1])], 1) for c, y in (('q', q), ('k', k)))
        x = x + net.linear(attend(rotate(q, f), rotate(k, f), v), p + 'self_attn.o_proj', W)
        h = h if parallel else net.layer_norm(x, p + 'post_attention_layernorm')
        x = x + net.linear(silu(net.linear(h, p + 'mlp.gate_proj', F)) * net.linear(h, p + 'mlp.up_proj', F), p + 'mlp.down_proj', W)
    return net.linear(net.layer_norm(x, 'model.norm'), 'lm_head', V)


def olmo(windows=(0, 0), scale=None, magnitude=1.0):
    net = Net()
    x = net.w('model.embed_tokens.weight', V, W)[TOKENS]
    for n in range(L):
        p = f'model.layers.{n}.'
        f, m = (frequencies(D, 1e4), 1.0) if windows[n] else (frequencies(D, 1e4, scale), magnitude)
        q = heads(net.rms(net.linear(x, p + 'self_attn.q_proj', H * D), p + 'self_attn.q_norm'), D)
        k = heads(net.rms(net.linear(x, p + 'self_attn.k_proj', KV * D), p + 'self_attn.k_norm'), D)
        v = heads(net.linear(x, p + 'self_attn.v_proj', KV * D), D)
        a = net.linear(attend(rotate(q, f, m), rotate(k, f, m), v, window=windows[n]), p + 'self_attn.o_proj', W)
        x = x + net.rms(a, p + 'post_attention_layernorm')
        y = net.linear(silu(net.linear(x, p + 'mlp.gate_proj', F)) * net.linear(x, p + 'mlp.up_proj', F), p + 'mlp.down_proj', W)
        x = x + net.rms(y, p + 'post_feedforward_layernorm')
    return net.linear(net.rms(x, 'model.norm'), 'lm_head', V)


def config(kind, **more):
    return dict(model_type=kind, vocab_size=V, max_position_embeddings=32, hidden_size=W, num_hidden_layers=L, num_attention_heads=H, intermediate_size=F,
                **dict(dict(rms_norm_eps=1e-6, num_key_value_heads=KV, head_dim=D), **more))


def bare(kind, **more):
    """As `config`, without what only Llama's kind has."""
    return {k: v for k, v in config(kind, **more).items() if k not in ('rms_norm_eps', 'head_dim') and v is not None}


SHORT, LONG = [1.0, 1.125], [1.5, 4.0]
gpt = dict(vocab_size=V, n_positions=32, n_embd=W, n_layer=L, n_head=H, n_inner=F, layer_norm_epsilon=1e-5)
CASES = [
    ('llama, biases, tied', llama(qkv_bias=True, o_bias=True, mlp_bias=True, tied=True), config('llama', attention_bias=True, mlp_bias=True, tie_word_embeddings=True)),
    ('llama, linear, newer spelling', llama(theta=5e3, scale=('linear', 2.5)), config('llama', rope_parameters=dict(rope_type='linear', rope_theta=5e3, factor=2.5))),
    ('llama 3.1', llama(theta=5e5, scale=('llama3', 8.0, 1.0, 4.0, 16)), config('llama', rope_theta=5e5, rope_scaling=dict(
        rope_type='llama3', factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=16))),
    ('llama, dynamic', llama(scale=('dynamic', 2.0, 8, 32)), config('llama', rope_scaling=dict(type='dynamic', factor=2.0, original_max_position_embeddings=8))),
    ('llama, dynamic, served longer', llama(scale=('dynamic', 3.0, 16, 28)),
     config('llama', rope_scaling=dict(rope_type='dynamic', factor=3.0)) | dict(max_position_embeddings=16), 28),
    ('llama, dynamic, served as trained', llama(), config('llama', rope_scaling=dict(rope_type='dynamic', factor=3.0))),
    ('mistral', llama(windows=(6, 6)), config('mistral', sliding_window=6)),
    ('qwen2, windows above', llama(windows=(0, 5), qkv_bias=True), config('qwen2', use_sliding_window=True, sliding_window=5, max_window_layers=1)),
    ('qwen2, yarn', llama(qkv_bias=True, scale=('yarn', 4.0, 8), magnitude=0.1 * math.log(4) + 1), config(
        'qwen2', use_sliding_window=False, sliding_window=5, rope_scaling=dict(type='yarn', factor=4.0, original_max_position_embeddings=8))),
    ('qwen3', llama(qk_norm=True, tied=True), config('qwen3', tie_word_embeddings=True)),
    ('smollm3', llama(turned=(1, 0)), config(
        'smollm3', no_rope_layers=[1, 0], no_rope_layer_interval=2, use_sliding_window=False, rope_theta=1e4, tie_word_embeddings=False)),
    ('phi3, window, long', llama(fused=True, windows=(7, 7), scale=('list', LONG), magnitude=math.sqrt(1 + math.log(4) / math.log(8))), config(
        'phi3', sliding_window=7, original_max_position_embeddings=8, rope_scaling=dict(type='longrope', short_factor=SHORT, long_factor=LONG))),
    ('phi3, served short', llama(fused=True, scale=('list', SHORT), magnitude=math.sqrt(1 + math.log(4) / math.log(24))), config(
        'phi3', original_max_position_embeddings=24, rope_scaling=dict(type='su', short_factor=SHORT, long_factor=LONG)) | dict(max_position_embeddings=96), 24),
    ('phi3, partly turned', llama(fused=True, rotary=2), config('phi3', partial_rotary_factor=0.5, sliding_window=None)),
    ('granite', llama(multipliers=(6.0, 0.25, 0.375, 2.0), tied=True), config(
        'granite', embedding_multiplier=6.0, residual_multiplier=0.25, attention_multiplier=0.375, logits_scaling=2.0, tie_word_embeddings=True)),
    ('gemma', gemma(1), config('gemma', hidden_act='gelu')),
    ('gemma 2', gemma(2, (6, 0), (2.0, 3.0), 7.0), config(
        'gemma2', sliding_window=6, attn_logit_softcapping=2.0, final_logit_softcapping=3.0, query_pre_attn_scalar=7)),
    ('gemma 3', gemma(3, (6, 0), thetas=(1e6, 1e4), factor=8.0), config(
        'gemma3_text', sliding_window=6, query_pre_attn_scalar=D, layer_types=['sliding_attention', 'full_attention'], rope_theta=1e6, rope_local_base_freq=1e4,
        rope_scaling=dict(rope_type='linear', factor=8.0))),
    ('gemma 3, newer spelling', gemma(3, (6, 0), thetas=(1e5, 2e3), factor=4.0), config(
        'gemma3_text', sliding_window=6, query_pre_attn_scalar=D, sliding_window_pattern=2, rope_parameters=dict(
            full_attention=dict(rope_type='linear', factor=4.0, rope_theta=1e5), sliding_attention=dict(rope_type='default', rope_theta=2e3)))),
    ('gpt2', gpt2(), dict(gpt, model_type='gpt2')),
    ('gpt-neox, parallel', neox(True, erf_gelu, 2), bare('gpt_neox', rotary_pct=0.5, hidden_act='gelu', num_key_value_heads=None)),
    ('gpt-neox, sequential', neox(False, tanh_gelu, 4), bare(
        'gpt_neox', rotary_pct=1.0, hidden_act='gelu_new', use_parallel_residual=False, rotary_emb_base=10000, num_key_value_heads=None)),
    ('gpt-j', gptj(2), dict(gpt, model_type='gptj', rotary_dim=2)),
    ('gpt-j, whole heads', gptj(4), dict(gpt, model_type='gptj', rotary_dim=4)),
    ('falcon, one key head', falcon(1, 1), bare('falcon', multi_query=True, ffn_hidden_size=F, num_key_value_heads=None)),
    ('falcon, new, two norms', falcon(2, 2), bare('falcon', new_decoder_architecture=True, num_kv_heads=2, ffn_hidden_size=F, num_key_value_heads=None)),
    ('falcon, new, one norm', falcon(2, 1), bare(
        'falcon', new_decoder_architecture=True, num_kv_heads=2, num_ln_in_parallel_attn=1, ffn_hidden_size=F, num_key_value_heads=None)),
    ('stablelm', stablelm(False, False, True, 2), bare('stablelm', partial_rotary_factor=0.5, use_qkv_bias=True)),
    ('stablelm, parallel, normed heads', stablelm(True, True, False, 4), bare('stablelm', partial_rotary_factor=1.0, qk_layernorm=True, use_parallel_residual=True)),
    ('olmo 2', olmo(), {k: v for k, v in config('olmo2').items() if k != 'head_dim'}),
    ('olmo 3', olmo((6, 0), ('yarn', 4.0, 8), 0.1 * math.log(4) + 1), {k: v for k, v in config(
        'olmo3', sliding_window=6, layer_types=['sliding_attention', 'full_attention'],
        rope_scaling=dict(rope_type='yarn', factor=4.0, original_max_position_embeddings=8)).items() if k != 'head_dim'}),
]

cases = []
for name, logits, settings, *context in CASES:
    settings = {k: v for k, v in settings.items() if not (settings['model_type'] == 'falcon' and k == 'intermediate_size')}
    cases.append(dict(name=name, config=settings, context=context[0] if context else None, gain=0 if settings['model_type'].startswith('gemma') else 1,
                      rows=[[round(y, 7) for y in row] for row in logits.log_softmax(-1)[ROWS].tolist()]))
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'Inkstone.Models.Tests', 'Fixtures', 'decoder-forwards.json')
with open(path, 'w') as out:
    out.write('{"tokens": %s, "positions": %s, "cases": [\n' % (json.dumps(TOKENS), json.dumps(ROWS)))
    out.write(',\n'.join(json.dumps(case) for case in cases))
    out.write('\n]}\n')
