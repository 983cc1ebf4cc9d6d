package org.olmo4j.spring.promptlog.admin;

import java.time.Duration;
import org.olmo4j.error.RetryLaterException;

/** An administrator gave so many texts that were not the recorded ones that no other is looked at for a while. */
public final class TooManyGuessesException extends RetryLaterException {

    private static final long serialVersionUID = 1L;

    TooManyGuessesException(int most, Duration span, Duration retryAfter) {
        super(
                "You gave " + most + " texts within " + span.toMinutes() + " minutes that are not the recorded ones",
                "Replay this record after "
                        + Math.max(1, retryAfter.plusSeconds(59).toMinutes())
                        + " minutes, or records whose texts are kept",
                retryAfter,
                null);
    }
}
