// How weights lie in memory. A format says how many neighbours of a row one load of 16 bytes brings, and widens them. The quantized formats are
// those of olmo-core's package `quantization`; their scales lie apart, so that both parts are read in whole lines.
#pragma once

#include <cuda_fp16.h>

#include "common.cuh"

constexpr int BLOCK_WEIGHTS = 32;

// A matrix: rows of `stride` weights, and for each row stride / 32 scales where the format has any.
struct Matrix {
    const void* weights;
    const uint16_t* scales;
};

struct F32 {
    static constexpr int COUNT = 4;

    static __device__ void load(const Matrix& matrix, size_t row, int column, int stride, float* target) {
        const float* source = static_cast<const float*>(matrix.weights) + row * stride + column;
        float4 four = __ldg(reinterpret_cast<const float4*>(source));
        target[0] = four.x;
        target[1] = four.y;
        target[2] = four.z;
        target[3] = four.w;
    }
};

struct Bf16 {
    static constexpr int COUNT = 8;

    static __device__ void load(const Matrix& matrix, size_t row, int column, int stride, float* target) {
        const uint16_t* source = static_cast<const uint16_t*>(matrix.weights) + row * stride + column;
        uint4 eight = __ldg(reinterpret_cast<const uint4*>(source));
        uint32_t pairs[4] = {eight.x, eight.y, eight.z, eight.w};
#pragma unroll
        for (int i = 0; i < 4; i++) {
            target[2 * i] = widen_bfloat16(pairs[i]);
            target[2 * i + 1] = __uint_as_float(pairs[i] & 0xffff0000u);
        }
    }
};

struct F16 {
    static constexpr int COUNT = 8;

    static __device__ void load(const Matrix& matrix, size_t row, int column, int stride, float* target) {
        const uint16_t* source = static_cast<const uint16_t*>(matrix.weights) + row * stride + column;
        uint4 eight = __ldg(reinterpret_cast<const uint4*>(source));
        uint32_t pairs[4] = {eight.x, eight.y, eight.z, eight.w};
#pragma unroll
        for (int i = 0; i < 4; i++) {
            target[2 * i] = __half2float(__ushort_as_half(static_cast<unsigned short>(pairs[i])));
            target[2 * i + 1] = __half2float(__ushort_as_half(static_cast<unsigned short>(pairs[i] >> 16)));
        }
    }
};

struct Int8 {
    static constexpr int COUNT = 16;

    static __device__ void load(const Matrix& matrix, size_t row, int column, int stride, float* target) {
        const int8_t* source = static_cast<const int8_t*>(matrix.weights) + row * stride + column;
        int4 sixteen = __ldg(reinterpret_cast<const int4*>(source));
        int quads[4] = {sixteen.x, sixteen.y, sixteen.z, sixteen.w};
        size_t block = (row * stride + column) / BLOCK_WEIGHTS;
        float scale = widen_bfloat16(__ldg(matrix.scales + block));
#pragma unroll
        for (int i = 0; i < 16; i++) {
            target[i] = static_cast<float>(static_cast<int8_t>(quads[i / 4] >> (i % 4 * 8))) * scale;
        }
    }
};

// Byte i of a block's 16 has weight i in its lower half and weight 16 + i in its upper half, each 8 more than it is.
struct Int4 {
    static constexpr int COUNT = 32;

    static __device__ void load(const Matrix& matrix, size_t row, int column, int stride, float* target) {
        size_t block = (row * stride + column) / BLOCK_WEIGHTS;
        uint4 words = __ldg(static_cast<const uint4*>(matrix.weights) + block);
        uint32_t parts[4] = {words.x, words.y, words.z, words.w};
        float scale = widen_bfloat16(__ldg(matrix.scales + block));
#pragma unroll
        for (int i = 0; i < 16; i++) {
            uint32_t byte = parts[i / 4] >> (i % 4 * 8);
            target[i] = static_cast<float>(static_cast<int>(byte & 0xfu) - 8) * scale;
            target[16 + i] = static_cast<float>(static_cast<int>(byte >> 4 & 0xfu) - 8) * scale;
        }
    }
};
