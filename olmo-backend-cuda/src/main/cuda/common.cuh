// Terms and reductions that all kernels share.
//
// A matrix or a vector of activations has rows of `stride` elements: the width rounded up to a multiple of 32. What lies between width and
// stride is zero, so that products run over whole blocks of 32 without looking where a row ends.
#pragma once

#include <cstdint>

constexpr int WARP = 32;
constexpr unsigned ALL_LANES = 0xffffffffu;

// The sum over a warp, in every lane: a fixed tree, so that the same numbers give the same bits.
__device__ inline float warp_sum(float value) {
#pragma unroll
    for (int distance = WARP / 2; distance > 0; distance /= 2) {
        value += __shfl_xor_sync(ALL_LANES, value, distance);
    }
    return value;
}

__device__ inline float warp_maximum(float value) {
#pragma unroll
    for (int distance = WARP / 2; distance > 0; distance /= 2) {
        value = fmaxf(value, __shfl_xor_sync(ALL_LANES, value, distance));
    }
    return value;
}

// The sum over a block of at most 1024 threads, in every thread. `scratch` has room for 32 floats and may be used again at once.
__device__ inline float block_sum(float value, float* scratch) {
    value = warp_sum(value);
    if (threadIdx.x % WARP == 0) {
        scratch[threadIdx.x / WARP] = value;
    }
    __syncthreads();
    int warps = blockDim.x / WARP;
    float sum = warp_sum(threadIdx.x % WARP < warps ? scratch[threadIdx.x % WARP] : 0.0f);
    __syncthreads();
    return sum;
}

// A bfloat16 is the upper half of a binary32. By shifts, since conversions in hardware begin with compute capability 8.0.
__device__ inline float widen_bfloat16(uint32_t bits) {
    return __uint_as_float(bits << 16);
}

// Rounded to nearest, ties to even; NaN stays NaN.
__device__ inline uint16_t narrow_to_bfloat16(float value) {
    uint32_t bits = __float_as_uint(value);
    if (isnan(value)) {
        return static_cast<uint16_t>((bits >> 16) | 0x40u);
    }
    return static_cast<uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}
