// Products of activations with a matrix: output[token][row] = sum over k of matrix[row][k] * input[token][k], in binary32 with fused multiply-adds.
#pragma once

#include "formats.cuh"

constexpr int PROJECTION_WARPS = 4;

// One row for up to TOKENS tokens, by a warp: bound by memory, so that each weight is loaded once for all tokens, 16 bytes a lane, and neighbouring
// lanes read neighbouring bytes. The inputs come from the caches.
template <class Format, int TOKENS>
__device__ inline void project_row(
        const Matrix& matrix, size_t row, int stride, const float* input, int tokens, float (&sums)[TOKENS]) {
    int lane = threadIdx.x % WARP;
#pragma unroll
    for (int token = 0; token < TOKENS; token++) {
        sums[token] = 0;
    }
    // Several loads of a lane are on their way at once; with many tokens the arithmetic between them hides the wait.
    constexpr int UNROLLED = TOKENS == 1 ? 32 / Format::COUNT < 4 ? 32 / Format::COUNT : 4 : TOKENS <= 4 && Format::COUNT <= 8 ? 2 : 1;
#pragma unroll UNROLLED
    for (int k = lane * Format::COUNT; k < stride; k += WARP * Format::COUNT) {
        float weights[Format::COUNT];
        Format::load(matrix, row, k, stride, weights);
#pragma unroll
        for (int token = 0; token < TOKENS; token++) {
            if (token < tokens) {
                const float4* inputs = reinterpret_cast<const float4*>(input + static_cast<size_t>(token) * stride + k);
#pragma unroll
                for (int i = 0; i < Format::COUNT / 4; i++) {
                    float4 four = __ldg(inputs + i);
                    sums[token] = fmaf(weights[4 * i], four.x, sums[token]);
                    sums[token] = fmaf(weights[4 * i + 1], four.y, sums[token]);
                    sums[token] = fmaf(weights[4 * i + 2], four.z, sums[token]);
                    sums[token] = fmaf(weights[4 * i + 3], four.w, sums[token]);
                }
            }
        }
    }
#pragma unroll
    for (int token = 0; token < TOKENS; token++) {
        sums[token] = warp_sum(sums[token]);
    }
}

// Grid: rows / PROJECTION_WARPS. Few tokens: at most TOKENS.
template <class Format, int TOKENS>
__device__ inline void project_few(
        Matrix matrix, const float* input, float* output, int rows, int stride, int outputStride, int tokens) {
    int row = blockIdx.x * PROJECTION_WARPS + threadIdx.x / WARP;
    if (row >= rows) {
        return;
    }
    float sums[TOKENS];
    project_row<Format, TOKENS>(matrix, row, stride, input, tokens, sums);
    if (threadIdx.x % WARP == 0) {
#pragma unroll
        for (int token = 0; token < TOKENS; token++) {
            if (token < tokens) {
                output[static_cast<size_t>(token) * outputStride + row] = sums[token];
            }
        }
    }
}

// Many tokens: tiles of 64 rows x 64 tokens, 4 x 4 of them a thread, weights widened once into shared memory for all 64 tokens.
constexpr int TILE = 64;
constexpr int TILE_DEPTH = 32;
constexpr int TILE_THREADS = 256;
constexpr int THREAD_TILE = 4;
// One more than the tile is wide: columns then fall into different banks.
constexpr int TILE_PITCH = TILE + 1;

// Grid: (rows / TILE, tokens / TILE).
template <class Format>
__device__ inline void project_many(
        Matrix matrix, const float* input, float* output, int rows, int stride, int outputStride, int tokens) {
    __shared__ float weightTile[TILE_DEPTH][TILE_PITCH];
    __shared__ float inputTile[TILE_DEPTH][TILE_PITCH];
    int firstRow = blockIdx.x * TILE;
    int firstToken = blockIdx.y * TILE;
    int threadRow = threadIdx.x % (TILE / THREAD_TILE);
    int threadToken = threadIdx.x / (TILE / THREAD_TILE);
    float sums[THREAD_TILE][THREAD_TILE] = {};
    constexpr int LOADS = TILE_DEPTH / Format::COUNT;
    for (int k = 0; k < stride; k += TILE_DEPTH) {
        for (int i = threadIdx.x; i < TILE * LOADS; i += TILE_THREADS) {
            int row = i / LOADS;
            int column = i % LOADS * Format::COUNT;
            float weights[Format::COUNT] = {};
            if (firstRow + row < rows) {
                Format::load(matrix, firstRow + row, k + column, stride, weights);
            }
#pragma unroll
            for (int j = 0; j < Format::COUNT; j++) {
                weightTile[column + j][row] = weights[j];
            }
        }
        for (int i = threadIdx.x; i < TILE * TILE_DEPTH; i += TILE_THREADS) {
            int token = i / TILE_DEPTH;
            int column = i % TILE_DEPTH;
            inputTile[column][token] = firstToken + token < tokens
                    ? input[static_cast<size_t>(firstToken + token) * stride + k + column]
                    : 0.0f;
        }
        __syncthreads();
#pragma unroll 4
        for (int depth = 0; depth < TILE_DEPTH; depth++) {
            float weights[THREAD_TILE];
            float inputs[THREAD_TILE];
#pragma unroll
            for (int i = 0; i < THREAD_TILE; i++) {
                weights[i] = weightTile[depth][threadRow + i * (TILE / THREAD_TILE)];
                inputs[i] = inputTile[depth][threadToken + i * (TILE / THREAD_TILE)];
            }
#pragma unroll
            for (int i = 0; i < THREAD_TILE; i++) {
#pragma unroll
                for (int j = 0; j < THREAD_TILE; j++) {
                    sums[i][j] = fmaf(weights[i], inputs[j], sums[i][j]);
                }
            }
        }
        __syncthreads();
    }
#pragma unroll
    for (int j = 0; j < THREAD_TILE; j++) {
        int token = firstToken + threadToken + j * (TILE / THREAD_TILE);
#pragma unroll
        for (int i = 0; i < THREAD_TILE; i++) {
            int row = firstRow + threadRow + i * (TILE / THREAD_TILE);
            if (row < rows && token < tokens) {
                output[static_cast<size_t>(token) * outputStride + row] = sums[i][j];
            }
        }
    }
}

// One slot is one expert that one token chose. Grid: (rows / PROJECTION_WARPS, slots). The experts' matrices lie one after another; slot s reads input
// row s / slotsOfInput, so that all experts of a token share its input, or each has its own.
template <class Format>
__device__ inline void project_slots(
        Matrix matrices,
        const int* chosen,
        const float* input,
        float* output,
        int rows,
        int stride,
        int outputStride,
        int slotsOfInput) {
    int row = blockIdx.x * PROJECTION_WARPS + threadIdx.x / WARP;
    if (row >= rows) {
        return;
    }
    int slot = blockIdx.y;
    float sums[1];
    size_t expertRow = static_cast<size_t>(chosen[slot]) * rows + row;
    project_row<Format, 1>(
            matrices, expertRow, stride, input + static_cast<size_t>(slot / slotsOfInput) * stride, 1, sums);
    if (threadIdx.x % WARP == 0) {
        output[static_cast<size_t>(slot) * outputStride + row] = sums[0];
    }
}

// What int4 weights are multiplied with: blocks of 32 rounded to 8 bits, as olmo-core's Int8Input, and widened again. One warp a block of 32.
__device__ inline void round_to_int8(const float* input, float* output, int blocks) {
    int block = (blockIdx.x * blockDim.x + threadIdx.x) / WARP;
    if (block >= blocks) {
        return;
    }
    size_t index = static_cast<size_t>(block) * BLOCK_WEIGHTS + threadIdx.x % WARP;
    float value = input[index];
    float largest = warp_maximum(fabsf(value));
    bool negligible = largest < 1e-30f;
    float inverse = negligible ? 0.0f : __fdiv_rn(127.0f, largest);
    float scale = negligible ? 0.0f : __fdiv_rn(largest, 127.0f);
    output[index] = rintf(value * inverse) * scale;
}
