// Queries, keys and values: into shape, into the cache, and attention over it. A token of a step has a position in
// a sequence, and each sequence of the step a block table; a negative position marks a token that only fills up the step.
#pragma once

#include "layers.cuh"

// Tokens of a KV block.
constexpr int BLOCK_TOKENS = 16;

// The cache of one layer. A block has, for each layer of its group, keys [heads][BLOCK_TOKENS][headSize] and then values alike.
struct Cache {
    char* memory;
    // From block to block, of the whole group.
    long long blockBytes;
    // Where this layer's keys begin in a block, and how much further its values are.
    long long layerOffset;
    long long valuesDistance;
    int headSize;
};

struct CacheF32 {
    static constexpr int BYTES = 4;

    static __device__ float load(const char* base, int index) {
        return reinterpret_cast<const float*>(base)[index];
    }

    static __device__ void store(char* base, int index, float value) {
        reinterpret_cast<float*>(base)[index] = value;
    }
};

struct CacheBf16 {
    static constexpr int BYTES = 2;

    static __device__ float load(const char* base, int index) {
        return widen_bfloat16(reinterpret_cast<const uint16_t*>(base)[index]);
    }

    static __device__ void store(char* base, int index, float value) {
        reinterpret_cast<uint16_t*>(base)[index] = narrow_to_bfloat16(value);
    }
};

// Where the keys of a head for one token of a block begin.
template <class Type>
__device__ inline char* keys(const Cache& cache, int block, int head, int token) {
    long long element = static_cast<long long>(head * BLOCK_TOKENS + token) * cache.headSize;
    return cache.memory + block * cache.blockBytes + cache.layerOffset + element * Type::BYTES;
}

struct Heads {
    int queries;
    int keyValues;
    int size;
};

template <class Kind>
__device__ inline void normalize_part(float* part, int width, const float* weight, float epsilon, float* scratch) {
    Statistics found = statistics<Kind>(part, width, epsilon, scratch);
    for (int i = threadIdx.x; i < width; i += blockDim.x) {
        part[i] = normalized(part[i], found, weight, i);
    }
    __syncthreads();
}

// Bias, norm, clip and rotation of a token's queries and keys; keys and values go to the cache, queries stay where they are.
// A row of `projected` is queries, keys, values. `angles` has for each position headSize / 2 cosines and as many sines. A clip of 0 is none.
template <class Kind, class Type>
__device__ inline void shape_heads(
        float* projected,
        int stride,
        Heads heads,
        const float* bias,
        const float* queryWeight,
        const float* keyWeight,
        int normalizes,
        float epsilon,
        float clip,
        const float* angles,
        const int* positions,
        const int* sequences,
        const int* tables,
        int tableStride,
        Cache cache) {
    __shared__ float scratch[WARP];
    size_t token = blockIdx.x;
    int position = positions[token];
    if (position < 0) {
        return;
    }
    int queryWidth = heads.queries * heads.size;
    int keyWidth = heads.keyValues * heads.size;
    int width = queryWidth + 2 * keyWidth;
    float* row = projected + token * stride;
    if (bias != nullptr) {
        for (int i = threadIdx.x; i < width; i += blockDim.x) {
            row[i] += bias[i];
        }
        __syncthreads();
    }
    if (normalizes) {
        normalize_part<Kind>(row, queryWidth, queryWeight, epsilon, scratch);
        normalize_part<Kind>(row + queryWidth, keyWidth, keyWeight, epsilon, scratch);
    }
    if (clip > 0) {
        for (int i = threadIdx.x; i < width; i += blockDim.x) {
            row[i] = fminf(fmaxf(row[i], -clip), clip);
        }
        __syncthreads();
    }
    int half = heads.size / 2;
    const float* cosines = angles + static_cast<size_t>(position) * heads.size;
    const float* sines = cosines + half;
    for (int i = threadIdx.x; i < (heads.queries + heads.keyValues) * half; i += blockDim.x) {
        int first = i / half * heads.size + i % half;
        float a = row[first];
        float b = row[first + half];
        row[first] = a * cosines[i % half] - b * sines[i % half];
        row[first + half] = b * cosines[i % half] + a * sines[i % half];
    }
    __syncthreads();
    const int* table = tables + static_cast<size_t>(sequences[token]) * tableStride;
    int block = table[position / BLOCK_TOKENS];
    for (int i = threadIdx.x; i < keyWidth; i += blockDim.x) {
        char* target = keys<Type>(cache, block, i / heads.size, position % BLOCK_TOKENS);
        Type::store(target, i % heads.size, row[queryWidth + i]);
        Type::store(target + cache.valuesDistance, i % heads.size, row[queryWidth + keyWidth + i]);
    }
}

constexpr int ATTENTION_WARPS = 4;

// The running softmax of a query over some of its keys (Milakov and Gimelshein 2018, arXiv 1805.02867): the sum of exp(score - maximum), and with the
// same weights the sum of values, of which each lane has every 32nd element.
template <int ELEMENTS>
struct Softmax {
    float maximum;
    float sum;
    float values[ELEMENTS];
};

template <int ELEMENTS>
__device__ inline void merge(Softmax<ELEMENTS>& softmax, float maximum, float sum, const float* values, int lane, int headSize) {
    float merged = fmaxf(softmax.maximum, maximum);
    // Nothing was seen on either side.
    if (merged == -INFINITY) {
        return;
    }
    float keep = expf(softmax.maximum - merged);
    float add = expf(maximum - merged);
    softmax.maximum = merged;
    softmax.sum = softmax.sum * keep + sum * add;
#pragma unroll
    for (int i = 0; i < ELEMENTS; i++) {
        int element = i * WARP + lane;
        if (element < headSize) {
            softmax.values[i] = softmax.values[i] * keep + values[element] * add;
        }
    }
}

// Attention of one query head of one token over a part of what it sees. Grid: (query heads, tokens, parts). Parts end at block borders. Each block
// leaves maximum, sum and values in `partials` [tokens][heads][parts][2 + headSize], and the last to arrive at `arrivals` [tokens][heads] merges
// them in order and sets the counter back to 0 for the next layer. A window of 0 is none.
template <class Type, int ELEMENTS>
__device__ inline void attend(
        const float* projected,
        int stride,
        float* attended,
        int attendedStride,
        Heads heads,
        float scale,
        int window,
        const int* positions,
        const int* sequences,
        const int* tables,
        int tableStride,
        Cache cache,
        float* partials,
        unsigned* arrivals) {
    __shared__ float results[ATTENTION_WARPS][2 + ELEMENTS * WARP];
    __shared__ bool last;
    int head = blockIdx.x;
    size_t token = blockIdx.y;
    int part = blockIdx.z;
    int parts = gridDim.z;
    int lane = threadIdx.x % WARP;
    int warp = threadIdx.x / WARP;
    int position = positions[token];
    if (position < 0) {
        return;
    }
    int first = window > 0 ? max(0, position - window + 1) : 0;
    int firstBlock = first / BLOCK_TOKENS;
    int blocks = position / BLOCK_TOKENS + 1 - firstBlock;
    int blocksOfPart = (blocks + parts - 1) / parts;
    int from = max(first, (firstBlock + part * blocksOfPart) * BLOCK_TOKENS);
    int to = min(position + 1, (firstBlock + (part + 1) * blocksOfPart) * BLOCK_TOKENS);
    int keyHead = head / (heads.queries / heads.keyValues);
    const int* table = tables + static_cast<size_t>(sequences[token]) * tableStride;

    float query[ELEMENTS];
#pragma unroll
    for (int i = 0; i < ELEMENTS; i++) {
        int element = i * WARP + lane;
        query[i] = element < heads.size ? projected[token * stride + head * heads.size + element] * scale : 0.0f;
    }
    Softmax<ELEMENTS> softmax = {-INFINITY, 0, {}};
    for (int key = from + warp; key < to; key += ATTENTION_WARPS) {
        const char* source = keys<Type>(cache, table[key / BLOCK_TOKENS], keyHead, key % BLOCK_TOKENS);
        float score = 0;
#pragma unroll
        for (int i = 0; i < ELEMENTS; i++) {
            int element = i * WARP + lane;
            if (element < heads.size) {
                score = fmaf(query[i], Type::load(source, element), score);
            }
        }
        score = warp_sum(score);
        float merged = fmaxf(softmax.maximum, score);
        float keep = expf(softmax.maximum - merged);
        float add = expf(score - merged);
        softmax.maximum = merged;
        softmax.sum = softmax.sum * keep + add;
#pragma unroll
        for (int i = 0; i < ELEMENTS; i++) {
            int element = i * WARP + lane;
            if (element < heads.size) {
                softmax.values[i] =
                        softmax.values[i] * keep + Type::load(source + cache.valuesDistance, element) * add;
            }
        }
    }
    results[warp][0] = softmax.maximum;
    results[warp][1] = softmax.sum;
#pragma unroll
    for (int i = 0; i < ELEMENTS; i++) {
        results[warp][2 + i * WARP + lane] = softmax.values[i];
    }
    __syncthreads();
    float* output = attended + token * attendedStride + head * heads.size;
    size_t query_index = token * heads.queries + head;
    float* partial = partials + (query_index * parts + part) * (2 + heads.size);
    if (warp == 0) {
        for (int other = 1; other < ATTENTION_WARPS; other++) {
            merge<ELEMENTS>(softmax, results[other][0], results[other][1], results[other] + 2, lane, heads.size);
        }
#pragma unroll
        for (int i = 0; i < ELEMENTS; i++) {
            int element = i * WARP + lane;
            if (element < heads.size) {
                if (parts == 1) {
                    output[element] = __fdiv_rn(softmax.values[i], softmax.sum);
                } else {
                    partial[2 + element] = softmax.values[i];
                }
            }
        }
        if (parts > 1 && lane == 0) {
            partial[0] = softmax.maximum;
            partial[1] = softmax.sum;
        }
    }
    if (parts == 1) {
        return;
    }
    // What this block wrote is to be seen by the block that arrives last.
    __threadfence();
    __syncthreads();
    if (threadIdx.x == 0) {
        last = atomicAdd(arrivals + query_index, 1u) == static_cast<unsigned>(parts - 1);
    }
    __syncthreads();
    if (!last || warp != 0) {
        return;
    }
    __threadfence();
    Softmax<ELEMENTS> total = {-INFINITY, 0, {}};
    const float* all = partials + query_index * parts * (2 + heads.size);
    for (int other = 0; other < parts; other++) {
        const float* one = all + other * (2 + heads.size);
        merge<ELEMENTS>(total, one[0], one[1], one + 2, lane, heads.size);
    }
#pragma unroll
    for (int i = 0; i < ELEMENTS; i++) {
        int element = i * WARP + lane;
        if (element < heads.size) {
            output[element] = __fdiv_rn(total.values[i], total.sum);
        }
    }
    if (lane == 0) {
        arrivals[query_index] = 0;
    }
}
