package org.olmo4j.backend;

/**
 * What decides which bits a model computes, beside its weights and the request: two models with equal numerics and equal weights give equal
 * tokens.
 *
 * @param backend name of the backend
 * @param weightType how weights are held, such as {@code bf16}, or {@code int4/int8} where embedding and output head differ
 * @param keyValueType how keys and values are held, such as {@code f32}
 * @param contract version of the backend's rules of computation, such as {@code cpu-1}
 */
public record Numerics(String backend, String weightType, String keyValueType, String contract) {}
