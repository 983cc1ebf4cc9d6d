package org.olmo4j.spring.promptlog.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClosingStackTests {

    @Test
    void closesTheLatestFirstAndAllOfThemWhateverFails() {
        List<String> closed = new ArrayList<>();
        ClosingStack open = new ClosingStack();
        open.push(() -> closed.add("lock"));
        open.push(() -> fail("store"));
        open.push(() -> fail("writer"));
        open.push(() -> closed.add("timer"));

        assertThatThrownBy(open::close)
                .hasMessage("writer")
                .satisfies(failure -> assertThat(failure.getSuppressed())
                        .extracting(Throwable::getMessage)
                        .containsExactly("store"));

        assertThat(closed).containsExactly("timer", "lock");
        open.close();
        assertThat(closed).hasSize(2);
    }

    private static void fail(String what) {
        throw new IllegalStateException(what);
    }
}
