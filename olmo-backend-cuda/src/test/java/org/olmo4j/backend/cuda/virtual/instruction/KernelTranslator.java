package org.olmo4j.backend.cuda.virtual.instruction;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.cuda.virtual.machine.Instruction;
import org.olmo4j.backend.cuda.virtual.machine.Kernel;
import org.olmo4j.backend.cuda.virtual.memory.Windows;
import org.olmo4j.backend.cuda.virtual.ptx.Operand;
import org.olmo4j.backend.cuda.virtual.ptx.PtxFunction;
import org.olmo4j.backend.cuda.virtual.ptx.PtxInstruction;
import org.olmo4j.backend.cuda.virtual.ptx.PtxModule;
import org.olmo4j.backend.cuda.virtual.ptx.PtxSyntaxException;
import org.olmo4j.backend.cuda.virtual.ptx.PtxType;
import org.olmo4j.backend.cuda.virtual.ptx.StateSpace;
import org.olmo4j.backend.cuda.virtual.ptx.Variable;

/** Turns a kernel's text into what the machine runs. Functions that it calls become part of it, once for each call. */
final class KernelTranslator {

    private static final int MAXIMUM_THREADS = 1024;
    private static final int DEEPEST_CALL = 32;

    private static final List<Group> GROUPS = List.of(
            ComparisonInstructions::translate,
            IntegerInstructions::translate,
            FloatInstructions::translate,
            HalfInstructions::translate,
            ConversionInstructions::translate,
            MovementInstructions::translate,
            MemoryInstructions::translate,
            AtomicInstructions::translate,
            WarpInstructions::translate,
            MatrixInstructions::translate,
            SynchronizationInstructions::translate);

    /** Knows some of the instructions. */
    @FunctionalInterface
    private interface Group {
        @Nullable
        Instruction translate(PtxInstruction instruction, Frame frame);
    }

    private final PtxModule module;
    private final Function<String, @Nullable Place> globals;
    private final Layout layout = new Layout();
    private final Map<String, Place> shared = new HashMap<>();
    private final List<Instruction> code = new ArrayList<>();

    /** @param globals where the module's variables in global and constant memory lie; null for other names */
    KernelTranslator(PtxModule module, Function<String, @Nullable Place> globals) {
        this.module = module;
        this.globals = globals;
    }

    /** @throws PtxSyntaxException naming an instruction that is not known, and its line */
    Kernel translate(PtxFunction function) {
        placeSharedVariables(function);
        Frame frame = new Frame(layout, function, this::moduleVariable);
        List<Kernel.Parameter> parameters = new ArrayList<>();
        int end = 0;
        for (Variable variable : function.parameters()) {
            int offset = (end + variable.alignment() - 1) / variable.alignment() * variable.alignment();
            end = offset + (int) variable.bytes();
            parameters.add(new Kernel.Parameter(variable.name(), offset, (int) variable.bytes()));
            frame.bind(variable.name(), new Place(StateSpace.PARAM, layout.constant(0), Windows.PARAMETERS + offset));
        }
        List<PtxInstruction> body = function.body();
        if (body == null) {
            throw new PtxSyntaxException(function.line(), function.name() + " has no body");
        }
        translateBody(function, body, frame, 0);
        int threads = function.maximumThreads().stream().reduce(1, Math::multiplyExact);
        return new Kernel(
                function.name(),
                code,
                layout.rows(),
                layout.predicates(),
                layout.constants(),
                layout.specials(),
                parameters,
                layout.shared(),
                layout.dynamicSharedOffset(),
                layout.sharedBytes(),
                layout.narrowestSharedAccess(),
                layout.localBytes(),
                function.maximumThreads().isEmpty() ? MAXIMUM_THREADS : threads);
    }

    private @Nullable Place moduleVariable(String name) {
        Place place = shared.get(name);
        return place == null ? globals.apply(name) : place;
    }

    /** All that the kernel or what it calls uses; those of a size that the launch decides lie behind the others, all at the same place. */
    private void placeSharedVariables(PtxFunction kernel) {
        Map<String, PtxFunction> functions = new LinkedHashMap<>();
        Set<String> used = new HashSet<>();
        collectCalled(kernel, functions, used);
        List<Variable> candidates = new ArrayList<>(module.variables());
        functions.values().forEach(function -> candidates.addAll(function.variables()));
        List<Variable> variables = candidates.stream()
                .filter(variable -> variable.space() == StateSpace.SHARED && used.contains(variable.name()))
                .toList();
        int zero = layout.constant(0);
        for (Variable variable : variables) {
            if (variable.bytes() > 0) {
                int offset = layout.addShared(variable.name(), (int) variable.bytes(), variable.alignment());
                shared.put(variable.name(), new Place(StateSpace.SHARED, zero, offset));
            }
        }
        for (Variable variable : variables) {
            if (variable.bytes() == 0) {
                shared.put(variable.name(), new Place(StateSpace.SHARED, zero, layout.dynamicSharedOffset()));
            }
        }
    }

    private void collectCalled(PtxFunction function, Map<String, PtxFunction> functions, Set<String> used) {
        if (functions.putIfAbsent(function.name(), function) != null) {
            return;
        }
        Set<String> names = names(function).collect(Collectors.toSet());
        used.addAll(names);
        for (PtxFunction other : module.functions()) {
            if (other.body() != null && names.contains(other.name())) {
                collectCalled(other, functions, used);
            }
        }
    }

    private static Stream<String> names(PtxFunction function) {
        List<PtxInstruction> body = function.body();
        return body == null
                ? Stream.of()
                : body.stream()
                        .flatMap(instruction -> instruction.operands().stream())
                        .flatMap(KernelTranslator::names);
    }

    private static Stream<String> names(Operand operand) {
        return switch (operand) {
            case Operand.Symbol symbol -> Stream.of(symbol.name());
            case Operand.Memory memory -> memory.base() == null ? Stream.of() : names(memory.base());
            case Operand.Vector vector -> vector.elements().stream().flatMap(KernelTranslator::names);
            default -> Stream.of();
        };
    }

    private void translateBody(PtxFunction function, List<PtxInstruction> body, Frame frame, int depth) {
        int[] starts = new int[body.size() + 1];
        List<Control.Jump> branches = new ArrayList<>();
        for (int i = 0; i < body.size(); i++) {
            starts[i] = code.size();
            PtxInstruction instruction = body.get(i);
            switch (instruction.name()) {
                case "bra" -> {
                    Control.Branch branch = new Control.Branch(
                            label(instruction, function, instruction.operands().getFirst()));
                    branches.add(branch);
                    add(instruction, frame, branch);
                }
                case "brx" -> {
                    Control.IndexedBranch branch = indexedBranch(instruction, frame, function);
                    branches.add(branch);
                    add(instruction, frame, branch);
                }
                case "call" -> call(instruction, frame, depth);
                case "exit" -> add(instruction, frame, new Control.Exit());
                case "ret" -> {
                    if (depth == 0) {
                        add(instruction, frame, new Control.Exit());
                    } else {
                        Control.Branch branch = new Control.Branch(body.size());
                        branches.add(branch);
                        add(instruction, frame, branch);
                    }
                }
                default -> add(instruction, frame, translate(instruction, frame));
            }
        }
        starts[body.size()] = code.size();
        if (depth == 0) {
            // Of a kernel whose text just ends.
            Control.Exit exit = new Control.Exit();
            exit.describe("end of " + function.name(), function.line(), -1, false, frame.takeRegisters());
            code.add(exit);
        }
        branches.forEach(branch -> branch.resolve(starts));
    }

    private static int label(PtxInstruction instruction, PtxFunction function, Operand target) {
        Integer index =
                target instanceof Operand.Symbol symbol ? function.labels().get(symbol.name()) : null;
        if (index == null) {
            throw instruction.error("unknown label " + target);
        }
        return index;
    }

    /** {@code brx.idx index, list}. */
    private static Control.IndexedBranch indexedBranch(PtxInstruction instruction, Frame frame, PtxFunction function) {
        List<String> targets =
                function.branchTargets().get(instruction.operands().get(1).toString());
        if (targets == null) {
            throw instruction.error("unknown list of labels");
        }
        int index = frame.read(instruction, instruction.operands().getFirst(), PtxType.U32);
        int[] starts = targets.stream()
                .mapToInt(target -> label(instruction, function, new Operand.Symbol(target, 0)))
                .toArray();
        return new Control.IndexedBranch(index, starts);
    }

    private void add(PtxInstruction instruction, Frame frame, Instruction translated) {
        Operand guard = instruction.guard();
        Frame.Predicate predicate = guard == null ? null : frame.predicate(instruction, guard);
        translated.describe(
                instruction,
                instruction.line(),
                predicate == null ? -1 : predicate.index(),
                predicate != null && predicate.negated(),
                frame.takeRegisters());
        code.add(translated);
    }

    private static Instruction translate(PtxInstruction instruction, Frame frame) {
        try {
            for (Group group : GROUPS) {
                Instruction translated = group.translate(instruction, frame);
                if (translated != null) {
                    return translated;
                }
            }
        } catch (IndexOutOfBoundsException | NoSuchElementException | ClassCastException e) {
            throw instruction.error("operands or types are missing or of the wrong kind");
        }
        throw instruction.error("the virtual GPU does not know this instruction");
    }

    /** {@code call (result), function, (arguments)}: results and arguments are variables of the caller. */
    private void call(PtxInstruction instruction, Frame frame, int depth) {
        List<Operand> operands = instruction.operands();
        int nameIndex = operands.getFirst() instanceof Operand.Arguments ? 1 : 0;
        if (!(operands.get(nameIndex) instanceof Operand.Symbol name)) {
            throw instruction.error("indirect calls are not supported");
        }
        List<Operand> results = nameIndex == 0 ? List.of() : ((Operand.Arguments) operands.getFirst()).elements();
        List<Operand> arguments = operands.size() > nameIndex + 1
                ? ((Operand.Arguments) operands.get(nameIndex + 1)).elements()
                : List.of();
        List<Place> resultPlaces = places(instruction, frame, results);
        List<Place> argumentPlaces = places(instruction, frame, arguments);
        PtxFunction called = module.functions().stream()
                .filter(function -> function.name().equals(name.name()))
                .max((one, other) -> Boolean.compare(one.body() != null, other.body() != null))
                .orElseThrow(() -> instruction.error("unknown function " + name));
        List<PtxInstruction> body = called.body();
        if (body == null) {
            add(instruction, frame, SystemCalls.of(instruction, name.name(), argumentPlaces, resultPlaces));
            return;
        }
        if (instruction.guard() != null || depth > DEEPEST_CALL) {
            throw instruction.error("calls under a predicate, and recursion, are not supported");
        }
        Frame inner = new Frame(layout, called, this::moduleVariable);
        bind(instruction, inner, called.parameters(), argumentPlaces);
        bind(instruction, inner, called.results(), resultPlaces);
        translateBody(called, body, inner, depth + 1);
    }

    private static List<Place> places(PtxInstruction instruction, Frame frame, List<Operand> operands) {
        return operands.stream()
                .map(operand -> {
                    Place place = operand instanceof Operand.Symbol symbol ? frame.variable(symbol.name()) : null;
                    if (place == null) {
                        throw instruction.error("arguments and results must be variables");
                    }
                    return place;
                })
                .toList();
    }

    private static void bind(PtxInstruction instruction, Frame frame, List<Variable> formal, List<Place> actual) {
        if (formal.size() != actual.size()) {
            throw instruction.error("wrong number of arguments or results");
        }
        for (int i = 0; i < formal.size(); i++) {
            frame.bind(formal.get(i).name(), actual.get(i));
        }
    }
}
