package org.olmo4j.backend.cuda.virtual.instruction;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.olmo4j.backend.cuda.virtual.machine.Kernel;
import org.olmo4j.backend.cuda.virtual.machine.Predicates;
import org.olmo4j.backend.cuda.virtual.machine.SpecialRegister;

/** What a kernel needs besides its code, gathered while it is translated: rows of registers, and places in shared and local memory. */
final class Layout {

    /** Kept free behind each variable in shared memory, so that running over its end does not hit the next. */
    private static final int GAP_BYTES = 64;

    private static final int DYNAMIC_SHARED_ALIGNMENT = 1024;

    private final Map<Long, Integer> constantRows = new HashMap<>();
    private final Map<Integer, Long> constants = new LinkedHashMap<>();
    private final Map<SpecialRegister, Integer> specialRows = new HashMap<>();
    private final Map<Integer, SpecialRegister> specials = new LinkedHashMap<>();
    private final List<Kernel.SharedVariable> shared = new ArrayList<>();
    private int rows;
    private int predicates = Predicates.FIRST;
    private int sharedEnd;
    private int sharedBytes;
    private int localBytes;
    private int narrowestSharedAccess = 16;

    int newRow() {
        return rows++;
    }

    int newPredicate() {
        return predicates++;
    }

    int constant(long value) {
        return constantRows.computeIfAbsent(value, v -> {
            int row = newRow();
            constants.put(row, v);
            return row;
        });
    }

    int special(SpecialRegister register) {
        return specialRows.computeIfAbsent(register, r -> {
            int row = newRow();
            specials.put(row, r);
            return row;
        });
    }

    int addShared(String name, int bytes, int alignment) {
        int offset = roundUp(sharedEnd, alignment);
        shared.add(new Kernel.SharedVariable(name, offset, bytes));
        sharedEnd = offset + bytes + GAP_BYTES;
        sharedBytes = roundUp(sharedBytes, alignment) + bytes;
        return offset;
    }

    /** Where the part of shared memory begins whose size the launch decides. */
    int dynamicSharedOffset() {
        return roundUp(sharedEnd, DYNAMIC_SHARED_ALIGNMENT);
    }

    int addLocal(int bytes, int alignment) {
        int offset = roundUp(localBytes, alignment);
        localBytes = offset + bytes;
        return offset;
    }

    void noteSharedAccess(int bytes) {
        narrowestSharedAccess = Math.min(narrowestSharedAccess, bytes);
    }

    int rows() {
        return rows;
    }

    int predicates() {
        return predicates;
    }

    Map<Integer, Long> constants() {
        return constants;
    }

    Map<Integer, SpecialRegister> specials() {
        return specials;
    }

    List<Kernel.SharedVariable> shared() {
        return shared;
    }

    int sharedBytes() {
        return sharedBytes;
    }

    int localBytes() {
        return roundUp(localBytes, 16);
    }

    int narrowestSharedAccess() {
        return narrowestSharedAccess;
    }

    private static int roundUp(int value, int alignment) {
        return (value + alignment - 1) / alignment * alignment;
    }
}
