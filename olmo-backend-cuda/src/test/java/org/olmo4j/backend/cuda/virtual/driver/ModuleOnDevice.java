package org.olmo4j.backend.cuda.virtual.driver;

import org.olmo4j.backend.cuda.virtual.instruction.LoadedModule;

/** A module, and the context it was loaded in. */
record ModuleOnDevice(Context context, LoadedModule module) {}
