package org.olmo4j.spring.promptlog.writer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Passes TCP connections on to a port of this machine, until it is cut; then it closes all of them, and new ones at once. May hold back each answer for a
 * while.
 */
final class CuttableProxy implements AutoCloseable {

    private final ServerSocket server;
    private final int target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean cut;
    private volatile Duration delay = Duration.ZERO;

    CuttableProxy(int target) throws IOException {
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.target = target;
        Thread.ofPlatform().daemon().start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    void cut() throws IOException {
        cut = true;
        closeAll();
    }

    void mend() {
        cut = false;
    }

    void delay(Duration ofEachAnswer) {
        delay = ofEachAnswer;
    }

    private void closeAll() throws IOException {
        for (Socket socket : open) {
            socket.close();
        }
        open.clear();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                if (cut) {
                    client.close();
                    continue;
                }
                Socket database = new Socket(InetAddress.getLoopbackAddress(), target);
                open.add(client);
                open.add(database);
                Thread.ofVirtual().start(() -> pass(client, database, () -> Duration.ZERO));
                Thread.ofVirtual().start(() -> pass(database, client, () -> delay));
            }
        } catch (IOException closed) {
            // The end of the test.
        }
    }

    private static void pass(Socket from, Socket to, Supplier<Duration> delay) {
        byte[] buffer = new byte[1 << 16];
        try (from;
                to) {
            for (int length = from.getInputStream().read(buffer);
                    length >= 0;
                    length = from.getInputStream().read(buffer)) {
                Thread.sleep(delay.get());
                to.getOutputStream().write(buffer, 0, length);
            }
        } catch (IOException | InterruptedException cutOff) {
            // Either end was closed: so is the other.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        closeAll();
    }
}
