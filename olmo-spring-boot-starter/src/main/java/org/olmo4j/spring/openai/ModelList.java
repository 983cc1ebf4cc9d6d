package org.olmo4j.spring.openai;

import java.util.List;

/** The answer of {@code GET /models}. */
record ModelList(String object, List<Model> data) {

    /**
     * A model that is served.
     *
     * @param id its public name
     * @param object always {@code model}
     * @param created when it began to be served, in seconds since 1970
     * @param ownedBy who serves it
     * @param maxModelLen its context length in tokens, as other servers name it
     */
    record Model(String id, String object, long created, String ownedBy, int maxModelLen) {}

    static ModelList of(List<Model> models) {
        return new ModelList("list", models);
    }
}
