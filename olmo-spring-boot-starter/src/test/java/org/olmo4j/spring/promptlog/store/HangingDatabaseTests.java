package org.olmo4j.spring.promptlog.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.olmo4j.spring.promptlog.PromptEntries;

class HangingDatabaseTests {

    @Test
    @Timeout(50)
    void whatNeverAnswersKeepsNobodyFromClosing() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            StoreOptions options = StoreOptions.of(
                    "jdbc:postgresql://localhost:" + silent.getLocalPort() + "/postgres", "postgres", null);
            PromptStore store = PromptStore.open(options, PromptEntries.HASHES, Clock.systemUTC());
            try (Socket asked = silent.accept()) {
                assertThat(asked.isConnected()).isTrue();

                store.close();

                assertThat(store.status().state()).isEqualTo(StoreState.CLOSED);
            }
        }
    }
}
