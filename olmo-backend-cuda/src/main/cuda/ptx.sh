#!/usr/bin/env bash
# Compiles the kernels to PTX, one file for each generation of GPUs, into the folder given (or where the jar takes them from).
#
# nvcc labels PTX with its own version, which older drivers refuse whatever is in it. The label is therefore lowered to the oldest version that has all
# instructions in use; ptxas, which enforces that, is run on the result where it is at hand. The hash of the sources in the first line lets a test on
# a machine without nvcc say that the PTX is stale.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "${BASH_SOURCE[0]}")"
target="${1:-../resources/org/olmo4j/backend/cuda/kernel}"
mkdir -p "$target"
hash="$(cat ./*.cu ./*.cuh | sha256sum | cut -d' ' -f1)"
for pair in 75:6.3 80:7.0 90:7.8; do
    capability="${pair%:*}"
    version="${pair#*:}"
    file="$target/olmo_$capability.ptx"
    {
        echo "// sources: sha256 $hash"
        nvcc -ptx -O3 -std=c++17 -arch="compute_$capability" -o - olmo.cu |
            sed -e '/^\/\//d' -e '/^$/d' -e "s/^\.version .*/.version $version/"
    } >"$file"
    if command -v ptxas >/dev/null; then
        ptxas -arch="sm_$capability" -v -o /dev/null "$file" 2>&1 | grep -E 'spill' | sort | uniq -c
    fi
done
