// The kernels of the forward pass, by the names under which Java finds them. One module for each generation of GPUs is made of this file by ptx.sh.

#include "attention.cuh"
#include "layers.cuh"
#include "projection.cuh"

// Registers are plentiful: no kernel here needs more than 8 blocks on a multiprocessor.
#define ENTRY(threads) extern "C" __global__ void __launch_bounds__(threads)

#define WEIGHT_FORMAT(name, Format) \
    ENTRY(256) embed_##name( \
            const int* ids, const void* weights, const uint16_t* scales, float* hidden, int stride) { \
        embed<Format>(ids, {weights, scales}, hidden, stride); \
    } \
    PROJECT_FEW(name, Format, 1) \
    PROJECT_FEW(name, Format, 2) \
    PROJECT_FEW(name, Format, 4) \
    PROJECT_FEW(name, Format, 8) \
    ENTRY(TILE_THREADS) project_many_##name( \
            const void* weights, \
            const uint16_t* scales, \
            const float* input, \
            float* output, \
            int rows, \
            int stride, \
            int outputStride, \
            int tokens) { \
        project_many<Format>({weights, scales}, input, output, rows, stride, outputStride, tokens); \
    } \
    ENTRY(PROJECTION_WARPS * WARP) project_slots_##name( \
            const void* weights, \
            const uint16_t* scales, \
            const int* chosen, \
            const float* input, \
            float* output, \
            int rows, \
            int stride, \
            int outputStride, \
            int slotsOfInput) { \
        project_slots<Format>({weights, scales}, chosen, input, output, rows, stride, outputStride, slotsOfInput); \
    }

#define PROJECT_FEW(name, Format, count) \
    ENTRY(PROJECTION_WARPS * WARP) project_##count##_##name( \
            const void* weights, \
            const uint16_t* scales, \
            const float* input, \
            float* output, \
            int rows, \
            int stride, \
            int outputStride, \
            int tokens) { \
        project_few<Format, count>({weights, scales}, input, output, rows, stride, outputStride, tokens); \
    }

WEIGHT_FORMAT(f32, F32)
WEIGHT_FORMAT(bf16, Bf16)
WEIGHT_FORMAT(f16, F16)
WEIGHT_FORMAT(int8, Int8)
WEIGHT_FORMAT(int4, Int4)

ENTRY(256) round_inputs_to_int8(const float* input, float* output, int blocks) {
    round_to_int8(input, output, blocks);
}

#define NORM(name, Kind) \
    ENTRY(256) normalize_##name( \
            const float* source, \
            const int* rows, \
            const float* weight, \
            float* target, \
            int width, \
            int stride, \
            float epsilon) { \
        normalize<Kind>(source, rows, weight, target, width, stride, epsilon); \
    } \
    ENTRY(256) add_normalized_##name( \
            float* branch, \
            const float* bias, \
            const float* weight, \
            float* hidden, \
            int width, \
            int stride, \
            float epsilon) { \
        add_normalized<Kind>(branch, bias, weight, hidden, width, stride, epsilon); \
    } \
    SHAPE_HEADS(name, Kind, f32, CacheF32) \
    SHAPE_HEADS(name, Kind, bf16, CacheBf16)

#define SHAPE_HEADS(name, Kind, type, Type) \
    ENTRY(256) shape_heads_##name##_##type( \
            float* projected, \
            int stride, \
            int queryHeads, \
            int keyValueHeads, \
            int headSize, \
            const float* bias, \
            const float* queryWeight, \
            const float* keyWeight, \
            int normalizes, \
            float epsilon, \
            float clip, \
            const float* angles, \
            const int* positions, \
            const int* sequences, \
            const int* tables, \
            int tableStride, \
            char* cache, \
            long long blockBytes, \
            long long layerOffset, \
            long long valuesDistance) { \
        shape_heads<Kind, Type>( \
                projected, \
                stride, \
                {queryHeads, keyValueHeads, headSize}, \
                bias, \
                queryWeight, \
                keyWeight, \
                normalizes, \
                epsilon, \
                clip, \
                angles, \
                positions, \
                sequences, \
                tables, \
                tableStride, \
                {cache, blockBytes, layerOffset, valuesDistance, headSize}); \
    }

NORM(rms, Rms)
NORM(layer, Layer)

ENTRY(256) add_branch(const float* branch, const float* bias, float* hidden, int width, int stride) {
    add(branch, bias, hidden, width, stride);
}

ENTRY(256) swiglu_rows(const float* gateUp, float* target, int width, int gateUpStride, int targetStride) {
    swiglu(gateUp, target, width, gateUpStride, targetStride);
}

ENTRY(WARP) choose(float* logits, int* chosen, float* shares, int experts, int stride, int count, int renormalized) {
    choose_experts(logits, chosen, shares, experts, stride, count, renormalized);
}

ENTRY(256) combine(const float* slots, const float* shares, float* branch, int width, int stride, int count) {
    combine_experts(slots, shares, branch, width, stride, count);
}

// By elements of a head for each lane: heads of up to 32, 64, 128 and 256.
#define ATTEND(elements, type, Type) \
    ENTRY(ATTENTION_WARPS * WARP) attend_##elements##_##type( \
            const float* projected, \
            int stride, \
            float* attended, \
            int attendedStride, \
            int queryHeads, \
            int keyValueHeads, \
            int headSize, \
            float scale, \
            int window, \
            const int* positions, \
            const int* sequences, \
            const int* tables, \
            int tableStride, \
            char* cache, \
            long long blockBytes, \
            long long layerOffset, \
            long long valuesDistance, \
            float* partials, \
            unsigned* arrivals) { \
        attend<Type, elements>( \
                projected, \
                stride, \
                attended, \
                attendedStride, \
                {queryHeads, keyValueHeads, headSize}, \
                scale, \
                window, \
                positions, \
                sequences, \
                tables, \
                tableStride, \
                {cache, blockBytes, layerOffset, valuesDistance, headSize}, \
                partials, \
                arrivals); \
    }

ATTEND(1, f32, CacheF32)
ATTEND(2, f32, CacheF32)
ATTEND(4, f32, CacheF32)
ATTEND(8, f32, CacheF32)
ATTEND(1, bf16, CacheBf16)
ATTEND(2, bf16, CacheBf16)
ATTEND(4, bf16, CacheBf16)
ATTEND(8, bf16, CacheBf16)
