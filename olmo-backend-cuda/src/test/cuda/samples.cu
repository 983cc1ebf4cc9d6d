// Kernels with which the virtual GPU itself is tested: each uses a few features that the product's kernels lean on.
// Compiled by compile.sh to the PTX that lies beside it; see VirtualGpuSamplesTest.

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <stdint.h>

extern "C" {

__global__ void vadd(const float* __restrict__ a, const float* __restrict__ b, float* __restrict__ sum, int length) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < length) {
        sum[i] = a[i] + b[i];
    }
}

// Sums all values: a tree in shared memory within a block, an atomic addition between the blocks.
__global__ void reduce(const float* __restrict__ values, float* __restrict__ total, int length) {
    __shared__ float partial[256];
    float own = 0;
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < length; i += gridDim.x * blockDim.x) {
        own += values[i];
    }
    partial[threadIdx.x] = own;
    __syncthreads();
    for (int half = blockDim.x / 2; half > 0; half /= 2) {
        if (threadIdx.x < half) {
            partial[threadIdx.x] += partial[threadIdx.x + half];
        }
        __syncthreads();
    }
    if (threadIdx.x == 0) {
        atomicAdd(total, partial[0]);
    }
}

// y = W x, W [rows, columns] in bfloat16, columns a multiple of 8: a warp a row, x in dynamic shared memory.
__global__ void gemv(const __nv_bfloat16* __restrict__ weights, const float* __restrict__ x, float* __restrict__ y, int rows, int columns) {
    extern __shared__ float staged[];
    for (int i = threadIdx.x; i < columns; i += blockDim.x) {
        staged[i] = x[i];
    }
    __syncthreads();
    int lane = threadIdx.x % 32;
    int row = blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32;
    if (row >= rows) {
        return;
    }
    const uint4* packed = reinterpret_cast<const uint4*>(weights + (size_t)row * columns);
    float sum = 0;
    for (int i = lane; i < columns / 8; i += 32) {
        uint4 eight = __ldg(packed + i);
        const uint32_t words[4] = {eight.x, eight.y, eight.z, eight.w};
#pragma unroll
        for (int k = 0; k < 4; k++) {
            sum = fmaf(__uint_as_float(words[k] << 16), staged[i * 8 + 2 * k], sum);
            sum = fmaf(__uint_as_float(words[k] & 0xffff0000u), staged[i * 8 + 2 * k + 1], sum);
        }
    }
    for (int offset = 16; offset > 0; offset /= 2) {
        sum += __shfl_xor_sync(0xffffffffu, sum, offset);
    }
    if (lane == 0) {
        y[row] = sum;
    }
}

#if __CUDA_ARCH__ >= 800
// C [16, 8] = A [16, 16] B^T, B [8, 16], all row-major, by one warp: cp.async to shared memory, ldmatrix, one mma.
__global__ void tile(const __nv_bfloat16* __restrict__ a, const __nv_bfloat16* __restrict__ b, float* __restrict__ c) {
    __shared__ __align__(16) __nv_bfloat16 sharedA[16 * 16];
    __shared__ __align__(16) __nv_bfloat16 sharedB[8 * 16];
    int lane = threadIdx.x;
    uint32_t baseA = (uint32_t)__cvta_generic_to_shared(sharedA);
    uint32_t baseB = (uint32_t)__cvta_generic_to_shared(sharedB);
    asm volatile("cp.async.ca.shared.global [%0], [%1], 16;" ::"r"(baseA + lane * 16), "l"(a + lane * 8));
    if (lane < 16) {
        asm volatile("cp.async.ca.shared.global [%0], [%1], 16;" ::"r"(baseB + lane * 16), "l"(b + lane * 8));
    }
    asm volatile("cp.async.commit_group;");
    asm volatile("cp.async.wait_group 0;");
    __syncthreads();
    uint32_t a0, a1, a2, a3, b0, b1;
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(a0), "=r"(a1), "=r"(a2), "=r"(a3)
                 : "r"(baseA + (lane % 16) * 32 + (lane / 16) * 16));
    asm volatile("ldmatrix.sync.aligned.m8n8.x2.shared.b16 {%0,%1}, [%2];"
                 : "=r"(b0), "=r"(b1)
                 : "r"(baseB + (lane % 8) * 32 + ((lane / 8) % 2) * 16));
    float c0 = 0, c1 = 0, c2 = 0, c3 = 0;
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
                 : "+f"(c0), "+f"(c1), "+f"(c2), "+f"(c3)
                 : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
    int row = lane / 4;
    int column = (lane % 4) * 2;
    c[row * 8 + column] = c0;
    c[row * 8 + column + 1] = c1;
    c[(row + 8) * 8 + column] = c2;
    c[(row + 8) * 8 + column + 1] = c3;
}
#endif
}
