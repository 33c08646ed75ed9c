"""The products of `inkstone bench gemm` by PyTorch (OpenBLAS), in GFLOP/s.

Debian: apt-get install -y --no-install-recommends python3-torch libopenblas0-pthread
Run:    inkstone bench gemm --peers benchmarks/peers
"""
import json
import time

import torch

for m, n, k in [(1024, 1024, 1024), (2048, 2048, 2048), (2048, 384, 384), (2048, 1536, 384), (2048, 384, 1536)]:
    for form in ["nn", "nt", "tn", "tt"]:
        a = torch.randn(m, k) if form[0] == "n" else torch.randn(k, m).T
        b = torch.randn(k, n) if form[1] == "n" else torch.randn(n, k).T
        seconds = []
        for repeat in range(13):
            started = time.perf_counter()
            a @ b
            if repeat >= 3:
                seconds.append(time.perf_counter() - started)
        median = sorted(seconds)[len(seconds) // 2]
        print(json.dumps({"name": f"{m}x{n}x{k} {form}", "value": 2 * m * n * k / median / 1e9}), flush=True)
