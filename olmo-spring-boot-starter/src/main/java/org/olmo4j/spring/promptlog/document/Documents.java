package org.olmo4j.spring.promptlog.document;

import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Documents as bytes: JSON in UTF-8. Fields that a later version adds are passed over. Thread-safe. */
public final class Documents {

    private final JsonMapper json = JsonMapper.builder(JsonFactory.builder()
                    // A prompt may be as long as a context.
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(Integer.MAX_VALUE)
                            .build())
                    .build())
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /** Makes a codec. */
    public Documents() {}

    /**
     * Writes a prompt.
     *
     * @param document any
     * @return for {@link #prompt}
     */
    public byte[] write(PromptDocument document) {
        return json.writeValueAsBytes(document);
    }

    /**
     * Writes an answer.
     *
     * @param document any
     * @return for {@link #answer}
     */
    public byte[] write(AnswerDocument document) {
        return json.writeValueAsBytes(document);
    }

    /**
     * Reads a prompt.
     *
     * @param bytes of {@link #write(PromptDocument)}
     * @return the document
     * @throws tools.jackson.core.JacksonException if it is none
     */
    public PromptDocument prompt(byte[] bytes) {
        return json.readValue(bytes, PromptDocument.class);
    }

    /**
     * Reads an answer.
     *
     * @param bytes of {@link #write(AnswerDocument)}
     * @return the document
     * @throws tools.jackson.core.JacksonException if it is none
     */
    public AnswerDocument answer(byte[] bytes) {
        return json.readValue(bytes, AnswerDocument.class);
    }
}
