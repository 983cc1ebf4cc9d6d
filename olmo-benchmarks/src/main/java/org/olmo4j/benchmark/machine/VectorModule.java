package org.olmo4j.benchmark.machine;

/** The JDK's module of the Vector API, which a JVM has only when it is started with a flag. */
public final class VectorModule {

    private static final String NAME = "jdk.incubator.vector";

    /** What to say where it is missing. */
    public static final String MISSING =
            "The JVM was started without the Vector API: plain Java kernels run, many times slower, and no ceiling"
                    + " is measured. Start it as: java --add-modules " + NAME
                    + " --enable-native-access=ALL-UNNAMED -jar"
                    + " olmo-bench.jar ...";

    private VectorModule() {}

    /**
     * Whether it is there.
     *
     * @return true if vectors can be used
     */
    public static boolean present() {
        return ModuleLayer.boot().findModule(NAME).isPresent();
    }
}
