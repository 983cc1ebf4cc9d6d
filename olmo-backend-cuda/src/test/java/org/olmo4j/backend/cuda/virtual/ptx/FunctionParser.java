package org.olmo4j.backend.cuda.virtual.ptx;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads one kernel or function: its head, its declarations and its instructions. */
final class FunctionParser {

    private final Tokens tokens;
    private final DeclarationParser declarations;

    private final Map<String, PtxType> registers = new LinkedHashMap<>();
    private final List<Variable> variables = new ArrayList<>();
    private final List<PtxInstruction> body = new ArrayList<>();
    private final Map<String, Integer> labels = new HashMap<>();

    /** What each name of a scope is called in the whole function; the innermost scope first. */
    private final Deque<Map<String, String>> scopes = new ArrayDeque<>();

    private final Map<String, List<String>> branchTargets = new HashMap<>();
    private @Nullable String lastLabel;
    private int renamed;

    FunctionParser(Tokens tokens, DeclarationParser declarations) {
        this.tokens = tokens;
        this.declarations = declarations;
    }

    PtxFunction function() {
        int line = tokens.line();
        boolean entry = tokens.take().is(".entry");
        List<Variable> results = tokens.peek().is("(") ? parameters() : List.of();
        String name = tokens.word();
        List<Variable> parameters = tokens.peek().is("(") ? parameters() : List.of();
        List<Integer> maximumThreads = new ArrayList<>();
        boolean required = false;
        while (tokens.peek().text().startsWith(".")) {
            String attribute = tokens.word();
            List<Integer> values = numbers();
            if (attribute.equals(".maxntid") || attribute.equals(".reqntid")) {
                maximumThreads = values;
                required = attribute.equals(".reqntid");
            }
        }
        boolean declaredOnly = tokens.takeIf(";");
        if (!declaredOnly) {
            scope();
        }
        return new PtxFunction(
                name,
                entry,
                parameters,
                results,
                registers,
                variables,
                declaredOnly ? null : body,
                labels,
                branchTargets,
                maximumThreads,
                required,
                line);
    }

    private List<Integer> numbers() {
        List<Integer> numbers = new ArrayList<>();
        while (tokens.peek().kind() == Token.Kind.NUMBER) {
            numbers.add((int) tokens.integer());
            tokens.takeIf(",");
        }
        return numbers;
    }

    private List<Variable> parameters() {
        tokens.expect("(");
        List<Variable> parameters = new ArrayList<>();
        while (!tokens.takeIf(")")) {
            parameters.addAll(declarations.variables());
            tokens.takeIf(",");
        }
        return parameters;
    }

    private void scope() {
        tokens.expect("{");
        scopes.push(new HashMap<>());
        while (!tokens.takeIf("}")) {
            statement();
        }
        scopes.pop();
    }

    private void statement() {
        Token first = tokens.peek();
        if (first.is("{")) {
            scope();
        } else if (first.kind() == Token.Kind.WORD && first.text().startsWith(".")) {
            directive(first);
        } else if (first.kind() == Token.Kind.WORD && tokens.peekSecond().is(":")) {
            tokens.take();
            tokens.take();
            lastLabel = first.text();
            labels.put(unique(first.text(), first.line()), body.size());
        } else if (!tokens.takeIf(";")) {
            instruction();
        }
    }

    private void directive(Token first) {
        switch (first.text()) {
            case ".reg" -> {
                tokens.take();
                registers(DeclarationParser.type(tokens.word(), first.line()));
            }
            case ".loc", ".file" -> {
                tokens.skipLine(first.line());
                return;
            }
            case ".pragma" -> {
                tokens.take();
                tokens.take();
            }
            case ".branchtargets" -> {
                tokens.take();
                branchTargets(first.line());
                return;
            }
            case ".calltargets", ".callprototype" ->
                throw new PtxSyntaxException(first.line(), "indirect calls are not supported");
            default -> {
                for (Variable variable : declarations.variables()) {
                    variables.add(new Variable(
                            declare(variable.name()),
                            variable.space(),
                            variable.type(),
                            variable.bytes(),
                            variable.alignment(),
                            variable.initial(),
                            variable.line()));
                }
            }
        }
        tokens.expect(";");
    }

    /** The list has the name of the label before it. */
    private void branchTargets(int line) {
        if (lastLabel == null) {
            throw new PtxSyntaxException(line, ".branchtargets without a label");
        }
        List<String> targets = new ArrayList<>();
        do {
            targets.add(tokens.word());
        } while (tokens.takeIf(","));
        branchTargets.put(lastLabel, targets);
        tokens.expect(";");
    }

    /** {@code %r<5>} declares {@code %r0} to {@code %r4}. */
    private void registers(PtxType type) {
        do {
            String name = tokens.word();
            if (tokens.takeIf("<")) {
                long count = tokens.integer();
                tokens.expect(">");
                for (int i = 0; i < count; i++) {
                    registers.put(declare(name + i), type);
                }
            } else {
                registers.put(declare(name), type);
            }
        } while (tokens.takeIf(","));
    }

    private String declare(String name) {
        boolean taken = scopes.stream().anyMatch(scope -> scope.containsKey(name)) || registers.containsKey(name);
        boolean outermost = scopes.size() == 1;
        String unique = outermost && !taken ? name : name + "'" + ++renamed;
        scopes.element().put(name, unique);
        return unique;
    }

    /** Labels are not renamed by scope, since a branch may come before its label. */
    private String unique(String label, int line) {
        if (labels.containsKey(label)) {
            throw new PtxSyntaxException(line, "the label " + label + " is there twice");
        }
        return label;
    }

    private String resolve(String name) {
        for (Map<String, String> scope : scopes) {
            String unique = scope.get(name);
            if (unique != null) {
                return unique;
            }
        }
        return name;
    }

    private void instruction() {
        int line = tokens.line();
        Operand guard = null;
        if (tokens.takeIf("@")) {
            boolean negated = tokens.takeIf("!");
            Operand.Register predicate = new Operand.Register(resolve(tokens.word()));
            guard = negated ? new Operand.Not(predicate) : predicate;
        }
        String opcode = tokens.word();
        List<Operand> operands = new ArrayList<>();
        while (!tokens.takeIf(";")) {
            if (!operands.isEmpty()) {
                tokens.expect(",");
            }
            operands.add(operand());
        }
        body.add(PtxInstruction.of(opcode, operands, guard, line));
    }

    private Operand operand() {
        if (tokens.takeIf("!")) {
            return new Operand.Not(new Operand.Register(resolve(tokens.word())));
        }
        Operand first = simple();
        if (tokens.takeIf("|")) {
            return new Operand.Pair(first, simple());
        }
        return first;
    }

    private Operand simple() {
        Token token = tokens.peek();
        return switch (token.text()) {
            case "[" -> memory();
            case "{" -> new Operand.Vector(list("{", "}"));
            case "(" -> new Operand.Arguments(list("(", ")"));
            case "_" -> {
                tokens.take();
                yield new Operand.Discard();
            }
            default -> scalar();
        };
    }

    private List<Operand> list(String open, String close) {
        tokens.expect(open);
        List<Operand> elements = new ArrayList<>();
        while (!tokens.takeIf(close)) {
            elements.add(simple());
            tokens.takeIf(",");
        }
        return elements;
    }

    private Operand memory() {
        tokens.expect("[");
        Operand base = null;
        long offset = 0;
        boolean negative = false;
        while (!tokens.takeIf("]")) {
            if (tokens.takeIf("+")) {
                negative = false;
            } else if (tokens.takeIf("-")) {
                negative = !negative;
            } else if (tokens.peek().kind() == Token.Kind.NUMBER) {
                long value = tokens.integer();
                offset += negative ? -value : value;
            } else {
                base = named(base);
            }
        }
        return new Operand.Memory(base, offset);
    }

    private Operand named(@Nullable Operand before) {
        int line = tokens.line();
        Operand name = scalar();
        if (before != null) {
            throw new PtxSyntaxException(line, "an address with two bases, " + before + " and " + name);
        }
        return name;
    }

    private Operand scalar() {
        boolean negative = tokens.takeIf("-");
        Token token = tokens.take();
        if (token.kind() == Token.Kind.NUMBER) {
            return Immediates.parse(token, negative);
        }
        if (negative || token.kind() != Token.Kind.WORD) {
            throw new PtxSyntaxException(token.line(), "unexpected '" + token.text() + "'");
        }
        String name = resolve(token.text());
        if (registers.containsKey(name)) {
            return new Operand.Register(name);
        }
        if (name.startsWith("%")) {
            return new Operand.Special(name);
        }
        long offset = tokens.peek().is("+") ? offsetOfSymbol() : 0;
        return new Operand.Symbol(name, offset);
    }

    private long offsetOfSymbol() {
        tokens.expect("+");
        return tokens.integer();
    }
}
