package org.olmo4j.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.olmo4j.text.JinjaTemplate.RenderException;
import org.olmo4j.text.JinjaTemplate.Turn;
import tools.jackson.databind.JsonNode;

class JinjaTemplateTest {

    private static final List<Turn> HELLO = List.of(new Turn("user", "Hello"));

    @Test
    void rendersAsPythonsJinja() {
        JsonNode data = TestData.json("template-cases.json");
        List<Turn> turns = data.path("messages")
                .valueStream()
                .map(m -> new Turn(m.path("role").asString(), m.path("content").asString()))
                .toList();
        assertThat(data.path("cases")).hasSizeGreaterThan(80);
        for (JsonNode c : data.path("cases")) {
            JinjaTemplate template = template(c.path("template").asString());
            assertThat(template.unsupported()).as("%s", c).isEmpty();
            boolean addGenerationPrompt = c.path("add_generation_prompt").asBoolean();
            if (c.has("refused")) {
                assertThatThrownBy(() -> template.render(turns, addGenerationPrompt))
                        .as("%s", c)
                        .isInstanceOfSatisfying(
                                RenderException.class,
                                e -> assertThat(e.refused()).isTrue())
                        .hasMessage(c.path("refused").asString());
            } else {
                assertThat(render(template, turns, addGenerationPrompt))
                        .as("%s", c)
                        .isEqualTo(c.path("text").asString());
            }
        }
    }

    @Test
    void passesOverTheMarksOfTrainingSections() {
        JinjaTemplate template = template(
                "{% for m in messages %}\n{% generation %}\n{{ m.content }}\n{% endgeneration %}\n{% endfor %}");
        assertThat(render(template, HELLO, false)).isEqualTo("Hello\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for m in messages if m.role == 'user' %}{{ m.content }}{% endfor %}",
                "{{ messages[0].content | urlize_all }}",
                "{% if messages[0].content|no_such_filter %}x{% endif %}"
            })
    void namesWhatTheLibraryWouldPassOver(String source) {
        assertThat(template(source).unsupported()).hasSize(1);
    }

    @Test
    void takesWordsInLiteralsAndTextForNoFilters() {
        assertThat(template("<|user|>{{ '<|user|>' }}{% if 'a |nope' == \"|nope\" %}{% endif %}{# |nope #}")
                        .unsupported())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for a in range(1000) %}{% for b in range(1000) %}{% for c in range(1000) %}{% endfor %}{% endfor"
                        + " %}{% endfor %}",
                "{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}",
                "{% set s = namespace(x='a') %}{% for i in range(60) %}{% set s.x = s.x + s.x %}{% endfor %}{{"
                        + " s.x|length }}",
                "{{ 'x'.repeat(2000000000) }}",
                "{% include '/etc/passwd' %}",
                "{% import '/etc/passwd' as x %}",
                "{{ ''.getClass().forName('java.lang.System') }}",
                "{{ messages.getClass().getName() }}",
                "{{ messages[0].getClass().getName() }}",
                "{{ messages[0].content",
                "{% if true %}",
                "{% no_such_tag %}",
                "{{ 1 + }}",
                "{{ no_such_function() }}",
                "{{ 'a'.no_such_method() }}"
            })
    void stopsTemplatesThatAreBrokenOrReachTooFar(String source) {
        assertThatThrownBy(() -> template(source).render(HELLO, true))
                .isInstanceOfSatisfying(
                        RenderException.class, e -> assertThat(e.refused()).isFalse());
    }

    @Test
    void refusesTemplatesThatAreNestedTooDeeply() {
        String brackets = "{{ " + "(".repeat(60) + "1" + ")".repeat(60) + " }}";
        String statements = "{% if true %}".repeat(60) + "x" + "{% endif %}".repeat(60);
        assertThat(template(brackets).unsupported()).isNotEmpty();
        assertThat(template(statements).unsupported()).isNotEmpty();
        assertThat(template("{% if true %}x{% endif %}".repeat(60)).unsupported())
                .isEmpty();
    }

    @Test
    void leavesJinjaInContentsAlone() {
        List<Turn> turns = List.of(new Turn("user", "{{ 7 * 7 }}{% raise %}{# x #}{{ messages }}"));
        assertThat(render(template("{{ messages[0].content }}"), turns, true))
                .isEqualTo(turns.getFirst().content());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ messages[0].content }}",
                "{{ '' + messages[0].content }}",
                "{{ messages[0].content ~ '' }}",
                "{% set c = messages[0].content %}{{ c }}",
                "{% for m in messages %}{{ m['content'] | trim }}{% endfor %}"
            })
    void contentsKeepEachCharacter(String source) {
        StringBuilder content = new StringBuilder("x");
        for (char c = 0; c < 0x300; c++) {
            content.append(c);
        }
        content.append("\\u0041 \\n \\\" \\' \\\\ \u2028\uFDD0\uFFFE x");
        assertThat(render(template(source), List.of(new Turn("user", content.toString())), true))
                .isEqualTo(content.toString());
    }

    private static JinjaTemplate template(String source) {
        return new JinjaTemplate(source, Optional.of("<s>"), Optional.of("</s>"));
    }

    private static String render(JinjaTemplate template, List<Turn> turns, boolean addGenerationPrompt) {
        try {
            return template.render(turns, addGenerationPrompt);
        } catch (RenderException e) {
            throw new AssertionError(template.source(), e);
        }
    }
}
