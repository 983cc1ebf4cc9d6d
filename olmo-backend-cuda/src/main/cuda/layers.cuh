// What stands between the products: embedding, norms, the feed-forward's activation, the choice of experts. One block for each token.
#pragma once

#include "formats.cuh"

template <class Format>
__device__ inline void embed(const int* ids, Matrix table, float* hidden, int stride) {
    size_t token = blockIdx.x;
    for (int i = threadIdx.x * Format::COUNT; i < stride; i += blockDim.x * Format::COUNT) {
        Format::load(table, ids[token], i, stride, hidden + token * stride + i);
    }
}

// Root mean square norm with a weight; its square root and division are exact ones.
struct Rms {
    static __device__ float mean(const float*, int, float*) {
        return 0;
    }
};

// Norm to mean 0 and variance 1, without a weight.
struct Layer {
    static __device__ float mean(const float* vector, int width, float* scratch) {
        float sum = 0;
        for (int i = threadIdx.x; i < width; i += blockDim.x) {
            sum += vector[i];
        }
        return block_sum(sum, scratch) / width;
    }
};

struct Statistics {
    float mean;
    float scale;
};

template <class Kind>
__device__ inline Statistics statistics(const float* vector, int width, float epsilon, float* scratch) {
    float mean = Kind::mean(vector, width, scratch);
    float squares = 0;
    for (int i = threadIdx.x; i < width; i += blockDim.x) {
        float difference = vector[i] - mean;
        squares = fmaf(difference, difference, squares);
    }
    float variance = block_sum(squares, scratch) / width;
    return {mean, __fdiv_rn(1.0f, __fsqrt_rn(variance + epsilon))};
}

__device__ inline float normalized(float value, Statistics statistics, const float* weight, int index) {
    float result = (value - statistics.mean) * statistics.scale;
    return weight == nullptr ? result : weight[index] * result;
}

// target = norm(source). With `rows`, block b takes row rows[b] of the source: the last tokens of sequences, before the output head.
template <class Kind>
__device__ inline void normalize(
        const float* source,
        const int* rows,
        const float* weight,
        float* target,
        int width,
        int stride,
        float epsilon) {
    __shared__ float scratch[WARP];
    size_t token = blockIdx.x;
    const float* vector = source + (rows == nullptr ? token : static_cast<size_t>(rows[token])) * stride;
    Statistics found = statistics<Kind>(vector, width, epsilon, scratch);
    for (int i = threadIdx.x; i < width; i += blockDim.x) {
        target[token * stride + i] = normalized(vector[i], found, weight, i);
    }
}

// hidden += norm(branch + bias).
template <class Kind>
__device__ inline void add_normalized(
        float* branch, const float* bias, const float* weight, float* hidden, int width, int stride, float epsilon) {
    __shared__ float scratch[WARP];
    size_t token = blockIdx.x;
    float* vector = branch + token * stride;
    if (bias != nullptr) {
        for (int i = threadIdx.x; i < width; i += blockDim.x) {
            vector[i] += bias[i];
        }
    }
    Statistics found = statistics<Kind>(vector, width, epsilon, scratch);
    for (int i = threadIdx.x; i < width; i += blockDim.x) {
        hidden[token * stride + i] += normalized(vector[i], found, weight, i);
    }
}

// hidden += branch + bias.
__device__ inline void add(const float* branch, const float* bias, float* hidden, int width, int stride) {
    size_t token = blockIdx.x;
    for (int i = threadIdx.x; i < width; i += blockDim.x) {
        float value = branch[token * stride + i];
        hidden[token * stride + i] += bias == nullptr ? value : value + bias[i];
    }
}

// target = silu(gate) * up, where gate and up follow each other in a row. Grid: (width / block, rows).
__device__ inline void swiglu(const float* gateUp, float* target, int width, int gateUpStride, int targetStride) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= width) {
        return;
    }
    size_t row = blockIdx.y;
    float gate = gateUp[row * gateUpStride + i];
    float up = gateUp[row * gateUpStride + width + i];
    target[row * targetStride + i] = __fdiv_rn(gate, 1.0f + expf(-gate)) * up;
}

// The most probable experts of a token, the lower index first on a tie, and their shares. One warp for each token; `logits` is overwritten.
__device__ inline void choose_experts(
        float* logits, int* chosen, float* shares, int experts, int stride, int count, int renormalized) {
    size_t token = blockIdx.x;
    int lane = threadIdx.x;
    float* scores = logits + token * stride;
    float maximum = -INFINITY;
    for (int i = lane; i < experts; i += WARP) {
        maximum = fmaxf(maximum, scores[i]);
    }
    maximum = warp_maximum(maximum);
    float sum = 0;
    for (int i = lane; i < experts; i += WARP) {
        scores[i] = expf(scores[i] - maximum);
        sum += scores[i];
    }
    sum = warp_sum(sum);
    float taken = 0;
    for (int slot = 0; slot < count; slot++) {
        float best = -1;
        int bestIndex = experts;
        for (int i = lane; i < experts; i += WARP) {
            if (scores[i] > best) {
                best = scores[i];
                bestIndex = i;
            }
        }
#pragma unroll
        for (int distance = WARP / 2; distance > 0; distance /= 2) {
            float other = __shfl_xor_sync(ALL_LANES, best, distance);
            int otherIndex = __shfl_xor_sync(ALL_LANES, bestIndex, distance);
            if (other > best || (other == best && otherIndex < bestIndex)) {
                best = other;
                bestIndex = otherIndex;
            }
        }
        // Scores that are not numbers leave none; the logits will not be numbers either, and the row fails by them.
        bestIndex = bestIndex < experts ? bestIndex : slot;
        float share = __fdiv_rn(scores[bestIndex], sum);
        taken += share;
        __syncwarp();
        if (lane == 0) {
            chosen[token * count + slot] = bestIndex;
            shares[token * count + slot] = share;
            scores[bestIndex] = -1;
        }
        __syncwarp();
    }
    if (renormalized) {
        for (int slot = lane; slot < count; slot += WARP) {
            shares[token * count + slot] = __fdiv_rn(shares[token * count + slot], taken);
        }
    }
}

// branch[token] = sum over the token's slots of share * slot output, in the order of its choice.
__device__ inline void combine_experts(
        const float* slots, const float* shares, float* branch, int width, int stride, int count) {
    size_t token = blockIdx.x;
    for (int i = threadIdx.x; i < width; i += blockDim.x) {
        float sum = 0;
        for (int slot = 0; slot < count; slot++) {
            size_t index = token * count + slot;
            sum = fmaf(shares[index], slots[index * stride + i], sum);
        }
        branch[token * stride + i] = sum;
    }
}
