"""Prints the name, block length and bytes per block of every tensor type that a ggml library has, in the order of their numbers.

    python3 ggml-types.py .../node-llama-cpp's libggml-base.so
"""
import ctypes
import sys

ggml = ctypes.CDLL(sys.argv[1])
ggml.ggml_type_name.restype = ctypes.c_char_p
ggml.ggml_blck_size.restype = ctypes.c_int64
ggml.ggml_type_size.restype = ctypes.c_size_t
rows = [(ggml.ggml_type_name(i).decode(), ggml.ggml_blck_size(i), ggml.ggml_type_size(i)) for i in range(43)]
print(", ".join(f"{name.upper()} {length} {size}" for name, length, size in rows if size > 0))
