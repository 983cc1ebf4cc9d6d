package org.olmo4j.backend.cuda.virtual.ptx;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what declares variables and parameters. */
final class DeclarationParser {

    private final Tokens tokens;

    DeclarationParser(Tokens tokens) {
        this.tokens = tokens;
    }

    /** One declaration without its closing sign: {@code .shared .align 4 .b8 a[16], b}. */
    List<Variable> variables() {
        int line = tokens.line();
        StateSpace space = space(tokens.word(), line);
        int alignment = 0;
        int elementsOfVector = 1;
        PtxType type = null;
        while (tokens.peek().text().startsWith(".")) {
            String word = tokens.word();
            switch (word) {
                case ".align" -> alignment = (int) tokens.integer();
                case ".v2" -> elementsOfVector = 2;
                case ".v4" -> elementsOfVector = 4;
                case ".ptr" -> skipPointerAttributes();
                default -> type = type(word, line);
            }
        }
        if (type == null) {
            throw new PtxSyntaxException(line, "a declaration without a type");
        }
        List<Variable> declared = new ArrayList<>();
        do {
            declared.add(variable(space, type, elementsOfVector, alignment, line));
        } while (space != StateSpace.PARAM && tokens.takeIf(","));
        return declared;
    }

    private Variable variable(StateSpace space, PtxType type, int elementsOfVector, int alignment, int line) {
        String name = tokens.word();
        long elements = elementsOfVector;
        while (tokens.takeIf("[")) {
            elements = tokens.peek().is("]") ? 0 : elements * tokens.integer();
            tokens.expect("]");
        }
        List<Variable.Element> initial = new ArrayList<>();
        if (tokens.takeIf("=")) {
            initial(initial, type);
        }
        int natural = type.bytes() * elementsOfVector;
        return new Variable(name, space, type, elements * type.bytes(), Math.max(alignment, natural), initial, line);
    }

    /** Of a kernel's pointer parameter: where it points to and how that is aligned, which is only a hint. */
    private void skipPointerAttributes() {
        while (true) {
            String next = tokens.peek().text();
            if (next.equals(".global") || next.equals(".const") || next.equals(".shared") || next.equals(".local")) {
                tokens.take();
            } else if (next.equals(".align")) {
                tokens.take();
                tokens.integer();
            } else {
                return;
            }
        }
    }

    private void initial(List<Variable.Element> elements, PtxType type) {
        if (tokens.takeIf("{")) {
            while (!tokens.takeIf("}")) {
                initial(elements, type);
                tokens.takeIf(",");
            }
            return;
        }
        if (tokens.peek().kind() == Token.Kind.WORD) {
            elements.add(address());
            return;
        }
        boolean negative = tokens.takeIf("-");
        elements.add(new Variable.Element.Value(
                switch (Immediates.parse(tokens.take(), negative)) {
                    case Operand.Whole whole -> whole.value();
                    case Operand.FloatBits bits -> bits.bits();
                    case Operand.DoubleBits bits ->
                        type == PtxType.F32
                                ? Float.floatToRawIntBits((float) Double.longBitsToDouble(bits.bits()))
                                : bits.bits();
                }));
    }

    private Variable.Element address() {
        String name = tokens.word();
        if (name.equals("generic")) {
            tokens.expect("(");
            name = tokens.word();
            tokens.expect(")");
        }
        long offset = tokens.takeIf("+") ? tokens.integer() : 0;
        return new Variable.Element.Address(name, offset);
    }

    static @Nullable StateSpace spaceOrNull(String word) {
        return switch (word) {
            case ".global" -> StateSpace.GLOBAL;
            case ".const" -> StateSpace.CONST;
            case ".shared" -> StateSpace.SHARED;
            case ".local" -> StateSpace.LOCAL;
            case ".param" -> StateSpace.PARAM;
            default -> null;
        };
    }

    private static StateSpace space(String word, int line) {
        StateSpace space = spaceOrNull(word);
        if (space == null) {
            throw new PtxSyntaxException(line, "unknown directive '" + word + "'");
        }
        return space;
    }

    static PtxType type(String word, int line) {
        PtxType type = PtxType.of(word.substring(1));
        if (type == null) {
            throw new PtxSyntaxException(line, "unknown type '" + word + "'");
        }
        return type;
    }
}
