"""What ggml makes of sample weights: the fixture weight-formats.json of Inkstone.Tensors.Tests.

    python3 weight-formats.py MODULES FOLDER COLUMNS

MODULES is a folder of node modules with node-llama-cpp (its libggml-base is called), FOLDER holds what WeightParityTests writes:
FORMAT.sweep and FORMAT.random (blocks), KIND.rows (single precision, rows of COLUMNS) and importance (a number for each column).
Prints, for each format, SHA-256 digests of the blocks dequantised (each NaN as 7FC00000), and for each kind of rows the root mean
square error of ggml_quantize_chunk: without importance; with it, counted by importance; with it, not counted. Needs numpy.
"""
import ctypes
import glob
import hashlib
import json
import os
import sys

import numpy as np

FORMATS = {  # name: (number, weights, bytes, function)
    "F32": (0, 1, 4, None), "F16": (1, 1, 2, "ggml_fp16_to_fp32_row"), "BF16": (30, 1, 2, "ggml_bf16_to_fp32_row"),
    "Q8_0": (8, 32, 34, "dequantize_row_q8_0"), "Q4_0": (2, 32, 18, "dequantize_row_q4_0"), "Q4_1": (3, 32, 20, "dequantize_row_q4_1"),
    "Q5_0": (6, 32, 22, "dequantize_row_q5_0"), "Q5_1": (7, 32, 24, "dequantize_row_q5_1"), "Q2_K": (10, 256, 84, "dequantize_row_q2_K"),
    "Q3_K": (11, 256, 110, "dequantize_row_q3_K"), "Q4_K": (12, 256, 144, "dequantize_row_q4_K"),
    "Q5_K": (13, 256, 176, "dequantize_row_q5_K"), "Q6_K": (14, 256, 210, "dequantize_row_q6_K"),
    "IQ4_NL": (20, 32, 18, "dequantize_row_iq4_nl"), "IQ4_XS": (23, 256, 136, "dequantize_row_iq4_xs"),
    "MXFP4": (39, 32, 17, "dequantize_row_mxfp4"),
}
KINDS = ["normal", "heavy", "zero", "constant", "outlier", "uneven"]


def pointer(array):
    return ctypes.c_void_p(array.ctypes.data)


def main(modules, folder, columns):
    found = sorted(glob.glob(os.path.join(modules, "@node-llama-cpp", "*", "bins", "*", "libggml-base.so")))
    ggml = ctypes.CDLL(found[0])
    quantize = ggml.ggml_quantize_chunk
    quantize.restype = ctypes.c_size_t
    quantize.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p] + [ctypes.c_int64] * 3 + [ctypes.c_void_p]

    def dequantized(name, data):
        _, weights, size, function = FORMATS[name]
        data = np.ascontiguousarray(data)
        out = np.empty(data.size // size * weights, np.float32)
        if function is None:
            return data.view(np.float32).copy()
        call = getattr(ggml, function)
        call.restype = None
        call.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64]
        call(pointer(data), pointer(out), out.size)
        return out

    def digest(name, kind):
        _, _, size, _ = FORMATS[name]
        data = np.fromfile(os.path.join(folder, f"{name}.{kind}"), np.uint8)
        sha = hashlib.sha256()
        for start in range(0, data.size, 10_000 * size):
            out = dequantized(name, data[start:start + 10_000 * size])
            out.view(np.uint32)[np.isnan(out)] = 0x7FC00000
            sha.update(out.tobytes())
        return sha.hexdigest()

    def error(rows, read, importance):
        square = (rows.astype(np.float64) - read) ** 2
        return float(np.sqrt((square * importance).sum() / (importance.sum() * len(rows))))

    importance = np.fromfile(os.path.join(folder, "importance"), np.float32)
    even = np.ones(columns)
    result = {}
    for name, (number, weights, size, _) in FORMATS.items():
        errors = {}
        for kind in KINDS if name != "F32" else []:
            rows = np.fromfile(os.path.join(folder, kind + ".rows"), np.float32).reshape(-1, columns)
            read = []
            for matrix in (None, importance):
                out = np.zeros(rows.size // weights * size, np.uint8)
                quantize(number, pointer(rows), pointer(out), 0, len(rows), columns, None if matrix is None else pointer(matrix))
                read.append(dequantized(name, out).reshape(rows.shape))
            errors[kind] = [float(f"{value:.6g}") for value in (
                error(rows, read[0], even), error(rows, read[1], importance.astype(np.float64)), error(rows, read[1], even))]
        result[name] = {"sweep": digest(name, "sweep"), "random": digest(name, "random"), "errors": errors}
    print("{\n" + ",\n".join(f'  "{name}": {json.dumps(value)}' for name, value in result.items()) + "\n}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
