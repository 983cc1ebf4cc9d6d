package org.olmo4j.backend.cuda.virtual.ptx;

/** A text that is not PTX, or PTX of a kind that the virtual GPU does not know. */
public final class PtxSyntaxException extends RuntimeException {

    public PtxSyntaxException(int line, String problem) {
        super("PTX line " + line + ": " + problem);
    }
}
