"""What `inkstone bench inference` measures, by llama.cpp through inference.js on the same files, with two threads.

npm: node-llama-cpp, in a folder whose node_modules INKSTONE_LLAMA names
Run: INKSTONE_LLAMA=FOLDER/node_modules inkstone bench inference --peers benchmarks/peers
Inkstone says in INKSTONE_BENCH_FOLDER where the file of this run lies.
"""
import os
import subprocess

if os.environ.get("INKSTONE_LLAMA"):
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "inference.js")
    subprocess.run(["node", script, os.environ["INKSTONE_LLAMA"], os.environ["INKSTONE_BENCH_FOLDER"]], check=True)
