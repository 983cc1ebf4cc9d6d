package org.olmo4j.spring.host;

import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.error.BackendUnavailableException;
import org.olmo4j.error.EngineClosedException;
import org.olmo4j.error.OlmoException;
import org.olmo4j.spring.host.ModelLoader.Checked;
import org.olmo4j.spring.host.ModelLoader.Loaded;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Loads a model from its files, on one backend at a time, and sees to it that what was loaded is closed before the files are. Thread-safe. */
final class SerialLoads {

    private static final Logger log = LoggerFactory.getLogger(SerialLoads.class);

    private final String model;
    private final Checked files;
    private final BackgroundThreads background = new BackgroundThreads();
    /** Held while a model is loaded: one at a time, since each looks at the memory that is free. */
    private final ReentrantLock loading = new ReentrantLock();

    private volatile boolean closed;

    /**
     * Begins with nothing loaded.
     *
     * @param model public name
     * @param files what is loaded; closed with this
     */
    SerialLoads(String model, Checked files) {
        this.model = model;
        this.files = files;
    }

    /** What is known of the model without loading it. */
    Checked files() {
        return files;
    }

    /**
     * Loads the model in the calling thread, when no other load runs.
     *
     * @param backend its name
     * @param progress told of it; may throw to stop it
     * @param taker who takes what was loaded, and closes it sooner or later
     * @return what that says
     * @throws OlmoException why it could not be loaded; whatever else a backend throws is the cause of a {@link BackendUnavailableException}, since who
     *     waits for a load must not wait for ever
     */
    RunningModel load(String backend, LoadProgress progress, Function<Loaded, RunningModel> taker) {
        loading.lock();
        try {
            if (closed) {
                throw closedException(model);
            }
            return taker.apply(files.load(backend, progress));
        } catch (OlmoException known) {
            throw known;
        } catch (Throwable unexpected) { // NOPMD: see above
            throw new BackendUnavailableException(
                    "The model '" + model + "' could not be loaded: " + unexpected,
                    "The cause has the details",
                    unexpected);
        } finally {
            loading.unlock();
        }
    }

    /** Runs what loads or closes in a thread that {@link #close} waits for. */
    void inBackground(String purpose, Runnable work) {
        background.start("olmo-" + purpose + "-" + model, work);
    }

    /** A device that has failed may fail to be closed as well, which must cost the others nothing. */
    void close(RunningModel running) {
        try {
            running.loaded().close();
        } catch (RuntimeException broken) {
            log.warn(
                    "Model '{}': backend {} could not be closed",
                    model,
                    running.backend().name(),
                    broken);
        }
    }

    /**
     * Closes what is loaded, and the files when no load reads them any more.
     *
     * @param loaded all that was taken and is open
     */
    void close(List<RunningModel> loaded) {
        closed = true;
        loaded.forEach(this::close);
        background.join();
        loading.lock();
        try {
            files.close();
        } finally {
            loading.unlock();
        }
    }

    static EngineClosedException closedException(String model) {
        return new EngineClosedException(
                "The model '" + model + "' is closed", "Send the request to a running application");
    }
}
