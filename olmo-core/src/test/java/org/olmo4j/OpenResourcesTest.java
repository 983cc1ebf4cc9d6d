package org.olmo4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenResourcesTest {

    private final List<String> closed = new ArrayList<>();
    private final OpenResources resources = new OpenResources();

    @Test
    void areClosedOnceInReverseOrder() {
        resources.add(() -> closed.add("checkpoint"));
        resources.add(() -> closed.add("model"));
        resources.add(() -> closed.add("engine"));

        resources.close();
        resources.close();

        assertThat(closed).containsExactly("engine", "model", "checkpoint");
    }

    @Test
    void areAllClosedThoughOneFails() {
        IllegalStateException first = new IllegalStateException("engine");
        Exception second = new Exception("model");
        resources.add(() -> closed.add("checkpoint"));
        resources.add(() -> {
            throw second;
        });
        resources.add(() -> {
            throw first;
        });

        assertThatThrownBy(resources::close).isSameAs(first);
        assertThat(first.getSuppressed())
                .singleElement()
                .satisfies(suppressed -> assertThat(suppressed).hasCause(second));
        assertThat(closed).containsExactly("checkpoint");
    }
}
