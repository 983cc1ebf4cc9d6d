#!/bin/sh
# Compiles samples.cu to the PTX that the tests of the virtual GPU run. Needs nvcc of CUDA 13.0; without it the committed PTX is used as it is.
set -eu
cd "$(dirname "$0")"
target=../resources/org/olmo4j/backend/cuda/virtual
hash=$(sha256sum samples.cu | cut -d' ' -f1)
for architecture in 75 80 90; do
    file="$target/samples_$architecture.ptx"
    nvcc -ptx -O3 -arch=compute_$architecture samples.cu -o "$file.new"
    { echo "// sha256 of samples.cu: $hash"; cat "$file.new"; } > "$file"
    rm "$file.new"
done
