package org.olmo4j.backend.cuda.virtual;

/** PTX for tests of the driver. */
final class SmallKernels {

    /** Adds a number to all elements of an array; for a negative length it writes to a null pointer instead. */
    static final String ADD = """
        .version 7.0
        .target sm_75
        .address_size 64
        .global .align 4 .u32 total = 5;
        .extern .shared .align 16 .b8 dynamic[];
        .visible .entry add(.param .u64 values, .param .u32 addend, .param .u32 length) .maxntid 256, 1, 1 {
        .reg .pred %p<3>; .reg .b32 %r<9>; .reg .b64 %rd<5>;
        ld.param.u64 %rd0, [values];
        ld.param.u32 %r0, [addend];
        ld.param.s32 %r1, [length];
        mov.u32 %r2, %tid.x;
        setp.ge.s32 %p0, %r2, %r1;
        setp.lt.s32 %p1, %r1, 0;
        @%p1 bra FAULT;
        @%p0 ret;
        mul.wide.u32 %rd1, %r2, 4;
        add.s64 %rd2, %rd0, %rd1;
        ld.global.u32 %r3, [%rd2];
        add.s32 %r4, %r3, %r0;
        st.global.u32 [%rd2], %r4;
        ret;
        FAULT:
        mov.u64 %rd3, 0;
        st.global.u32 [%rd3], %r2;
        ret; }
        .visible .entry touch(.param .u32 offset) {
        .reg .b32 %r<3>;
        ld.param.u32 %r0, [offset];
        mov.u32 %r1, dynamic;
        add.s32 %r2, %r1, %r0;
        st.shared.u32 [%r2], %r0;
        ret; }
        """;

    private SmallKernels() {}
}
