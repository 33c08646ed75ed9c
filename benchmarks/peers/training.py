"""A training step of the benchmark's GPT in PyTorch, to be timed beside `inkstone bench training`.

Debian: apt-get install -y --no-install-recommends python3-torch libopenblas0-pthread
Run:    inkstone bench training --peers benchmarks/peers

Width 384, 6 layers, 6 heads, T 256, batch 8, vocabulary 4096, tied head, AdamW. Prints the median step as GFLOP/s by the project's counting rule: products 2mkn,
causal attention half, backward twice forward.
"""
import json
import math
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

V, D, L, H, T, B = 4096, 384, 6, 6, 256, 8


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(D), nn.LayerNorm(D)
        self.qkv, self.out = nn.Linear(D, 3 * D), nn.Linear(D, D)
        self.up, self.down = nn.Linear(D, 4 * D), nn.Linear(4 * D, D)

    def forward(self, x, mask):
        q, k, v = [part.view(B, T, H, D // H).transpose(1, 2) for part in self.qkv(self.norm1(x)).split(D, 2)]
        weights = F.softmax((q @ k.transpose(-1, -2)) / math.sqrt(D // H) + mask, -1)
        x = x + self.out((weights @ v).transpose(1, 2).reshape(B, T, D))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Gpt(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(V, D), nn.Embedding(T, D)
        self.blocks = nn.ModuleList(Block() for _ in range(L))
        self.norm = nn.LayerNorm(D)

    def forward(self, ids, mask):
        x = self.tokens(ids) + self.positions(torch.arange(T))
        for block in self.blocks:
            x = block(x, mask)
        return self.norm(x) @ self.tokens.weight.T


torch.manual_seed(1)
torch.set_num_threads(2)
model = Gpt()
optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3)
mask = torch.full((T, T), float("-inf")).triu(1)
seconds = []
for step in range(9):
    batch = torch.randint(0, V, (B, T + 1))
    started = time.perf_counter()
    optimiser.zero_grad()
    loss = F.cross_entropy(model(batch[:, :-1], mask).reshape(-1, V), batch[:, 1:].reshape(-1))
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()
    if step >= 3:
        seconds.append(time.perf_counter() - started)
median = sorted(seconds)[len(seconds) // 2]
per_token = L * (2 * D * (3 * D + D + 8 * D) + 2 * (T / 2) * 2 * D) + 2 * D * V
flops = 3 * per_token * B * T
print(json.dumps({"name": "gpt 384x6", "value": flops / median / 1e9, "torch": torch.__version__, "tokensPerSecond": B * T / median}))
