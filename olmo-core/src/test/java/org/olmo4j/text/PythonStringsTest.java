package org.olmo4j.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Python 3.12 says; each expectation was read off its interpreter. */
class PythonStringsTest {

    @ParameterizedTest
    @ValueSource(strings = {"strip", "trim filter"})
    void whiteSpaceIsThatOfPython(String how) throws JinjaTemplate.RenderException {
        assertThat(stripped("\u00A0x\u3000", how)).isEqualTo("x");
        assertThat(stripped("\u2007\u202Fx\u0085", how)).isEqualTo("x");
        assertThat(stripped("\u001Cx\u001F", how)).isEqualTo("x");
        assertThat(stripped(" \tx\n", how)).isEqualTo("x");
        assertThat(stripped("\u0001x\u0001", how)).isEqualTo("\u0001x\u0001");
        assertThat(stripped("\u200Bx\uFEFF", how)).isEqualTo("\u200Bx\uFEFF");
    }

    @Test
    void oneSideIsStrippedWhereOneIsNamed() {
        assertThat(PythonStrings.call("\u00A0x\u00A0", "lstrip", List.of())).contains("x\u00A0");
        assertThat(PythonStrings.call("\u00A0x\u00A0", "rstrip", List.of())).contains("\u00A0x");
        assertThat(PythonStrings.call("xyax", "lstrip", List.of("yx"))).contains("ax");
        assertThat(PythonStrings.call("xaxy", "strip", List.of("yx"))).contains("a");
    }

    @Test
    void wordsAreSplitAtWhiteSpaceOfPython() {
        assertThat(PythonStrings.call(" a\u00A0b  c\u0085d\u001Ce ", "split", List.of()))
                .contains(List.of("a", "b", "c", "d", "e"));
        assertThat(PythonStrings.call(" ", "split", List.of())).contains(List.of());
    }

    @Test
    void linesEndWherePythonEndsThem() {
        assertThat(PythonStrings.call("a\u000Bb\u0085c\u2028d\r\ne\n", "splitlines", List.of()))
                .contains(List.of("a", "b", "c", "d", "e"));
        assertThat(PythonStrings.call("a\n\n", "splitlines", List.of())).contains(List.of("a", ""));
        assertThat(PythonStrings.call("\n", "splitlines", List.of())).contains(List.of(""));
        assertThat(PythonStrings.call("", "splitlines", List.of())).contains(List.of());
    }

    @Test
    void theTrimFilterTakesTheCharactersToTrim() throws JinjaTemplate.RenderException {
        assertThat(rendered("{{ messages[0].content | trim('xy') }}", "xyaxy")).isEqualTo("a");
    }

    private static String stripped(String text, String how) throws JinjaTemplate.RenderException {
        return how.equals("strip")
                ? PythonStrings.call(text, "strip", List.of()).orElseThrow().toString()
                : rendered("{{ messages[0].content | trim }}", text);
    }

    private static String rendered(String template, String content) throws JinjaTemplate.RenderException {
        return new JinjaTemplate(template, Optional.empty(), Optional.empty())
                .render(List.of(new JinjaTemplate.Turn("user", content)), true);
    }
}
