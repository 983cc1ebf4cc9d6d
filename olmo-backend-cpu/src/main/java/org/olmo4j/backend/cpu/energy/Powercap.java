package org.olmo4j.backend.cpu.energy;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.olmo4j.energy.Component;
import org.olmo4j.energy.EnergyMeter;
import org.olmo4j.energy.FoundMeters;

/**
 * Finds the counters of processor packages and of memory, each once. Packages contain cores and what surrounds them, the board (psys) contains
 * packages, and some machines show packages through two interfaces: adding those up would count the same energy twice.
 */
final class Powercap {

    private static final Pattern DOMAIN = Pattern.compile("(intel-rapl(?:-mmio)?:\\d+)(:\\d+)?");

    private final Path root;
    private final Function<Path, CounterFile> open;
    private final ProcessShare share;

    Powercap(Path root, Function<Path, CounterFile> open, ProcessShare share) {
        this.root = root;
        this.open = open;
        this.share = share;
    }

    /**
     * Looks.
     *
     * @return a counter for every package, or none: a sum that lacks one would be too low without anyone noticing
     */
    FoundMeters find() {
        List<String> notes = new ArrayList<>();
        Collection<PowercapDomain> domains = domains(notes);
        List<EnergyMeter> packages = new ArrayList<>();
        List<EnergyMeter> memory = new ArrayList<>();
        boolean all = true;
        for (PowercapDomain domain : domains) {
            Optional<String> problem = problem(domain);
            problem.ifPresent(notes::add);
            if (domain.isPackage()) {
                all &= problem.isEmpty();
            }
            if (problem.isEmpty()) {
                (domain.isPackage() ? packages : memory).add(meter(domain));
            }
        }
        if (!all || packages.isEmpty()) {
            Stream.concat(packages.stream(), memory.stream()).forEach(EnergyMeter::close);
            return new FoundMeters(List.of(), notes);
        }
        packages.addAll(memory);
        return new FoundMeters(packages, notes);
    }

    private EnergyMeter meter(PowercapDomain domain) {
        Component covers = domain.isPackage() ? Component.CPU : Component.MEMORY;
        return new RaplMeter(domain, covers, key(domain), share);
    }

    /** Packages and memory by what they are, the older interface first. */
    private Collection<PowercapDomain> domains(List<String> notes) {
        List<PowercapDomain> found = new ArrayList<>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(root)) {
            for (Path folder : folders) {
                Matcher matcher = DOMAIN.matcher(folder.getFileName().toString());
                if (matcher.matches()) {
                    String parent = matcher.group(2) == null ? "" : matcher.group(1);
                    found.add(new PowercapDomain(folder, name(folder), parent, open));
                }
            }
        } catch (IOException absent) {
            notes.add("There is no " + root + " (no Linux, a virtual machine, or a container without it)");
        }
        found.sort(Comparator.comparing(PowercapDomain::throughMemoryMappedRegisters)
                .thenComparing(domain -> domain.folder().getFileName().toString()));
        Map<String, PowercapDomain> once = new LinkedHashMap<>();
        for (PowercapDomain domain : found) {
            if (domain.isPackage() || domain.isMemory()) {
                once.putIfAbsent(key(domain), domain);
            }
        }
        if (once.isEmpty() && notes.isEmpty()) {
            notes.add(root + " has no counter of a processor package");
        }
        return once.values();
    }

    /** The same for the same part of the machine, through whichever interface. */
    private String key(PowercapDomain domain) {
        return domain.isPackage()
                ? domain.name()
                : name(domain.folder().resolveSibling(domain.parent())) + ":" + domain.name();
    }

    private String name(Path folder) {
        try (CounterFile file = open.apply(folder.resolve("name"))) {
            return file.read().strip();
        } catch (IOException unnamed) {
            return "";
        }
    }

    private Optional<String> problem(PowercapDomain domain) {
        try (CounterFile file = open.apply(domain.counter())) {
            long value = Long.parseLong(file.read().strip());
            return value == 0 ? Optional.of(domain.counter() + " stands at 0") : Optional.empty();
        } catch (AccessDeniedException denied) {
            return Optional.of(
                    domain.counter() + " may not be read: since Linux 5.10 only root may (CVE-2020-8694). Give this"
                            + " application's group the right, with chgrp and chmod g+r at each start of the machine"
                            + " (a systemd-tmpfiles line does it); whoever may read it can observe what other"
                            + " processes do");
        } catch (IOException | NumberFormatException failure) {
            return Optional.of(domain.counter() + " cannot be read: " + failure.getMessage());
        }
    }
}
