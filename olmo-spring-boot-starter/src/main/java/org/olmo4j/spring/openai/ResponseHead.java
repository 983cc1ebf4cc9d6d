package org.olmo4j.spring.openai;

/**
 * What an answer and each of its chunks begin with.
 *
 * @param id of the answer
 * @param created seconds since 1970
 * @param model its public name
 */
record ResponseHead(String id, long created, String model) {}
