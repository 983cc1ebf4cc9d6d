package org.olmo4j.spring.actuate;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.olmo4j.spring.host.DeviceBreakers;
import org.olmo4j.spring.host.HostOptions;
import org.olmo4j.spring.host.HostedModel;
import org.olmo4j.spring.host.ScriptedLoader;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A web application with scripted models and the actuator, over real HTTP. */
final class ActuatorHost implements AutoCloseable {

    /** Neither the start nor requests wait for the load. */
    static final HostOptions IMPATIENT =
            new HostOptions(Duration.ZERO, Duration.ZERO, Duration.ZERO, List.of(), List.of(), DeviceBreakers.NONE);

    private final ConfigurableApplicationContext context;
    private final HttpClient http = HttpClient.newHttpClient();

    /** The first of the models is that of {@code olmo.model}. */
    ActuatorHost(List<HostedModel> models, String... arguments) {
        List<String> all = new ArrayList<>(List.of(
                "--server.port=0",
                "--server.address=127.0.0.1",
                "--olmo.model=/models/secret-folder/OLMo-2-1B",
                "--management.endpoints.web.exposure.include=*",
                "--management.endpoint.health.show-details=always"));
        all.addAll(List.of(arguments));
        context = new SpringApplicationBuilder(Host.class)
                .web(WebApplicationType.SERVLET)
                .initializers(starting -> {
                    for (int i = 0; i < models.size(); i++) {
                        starting.getBeanFactory()
                                .registerSingleton(
                                        i == 0
                                                ? "olmoHostedModel"
                                                : models.get(i).name() + "HostedModel",
                                        models.get(i));
                    }
                })
                .run(all.toArray(String[]::new));
    }

    static HostedModel ready(String name, ScriptedLoader loader) {
        return HostedModel.start(name, loader, HostOptions.DEFAULT);
    }

    record Reply(int status, JsonNode json) {}

    /** An answer that is no JSON. */
    record Text(int status, String contentType, String body) {}

    Text getText(String path, String accepted) throws Exception {
        HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(uri(path)).header("Accept", accepted).build(),
                HttpResponse.BodyHandlers.ofString());
        return new Text(
                response.statusCode(),
                response.headers().firstValue("Content-Type").orElse(""),
                response.body());
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    Reply get(String path) throws Exception {
        return send(HttpRequest.newBuilder(uri(path)));
    }

    Reply post(String path, String body) throws Exception {
        return send(HttpRequest.newBuilder(uri(path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private Reply send(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new Reply(
                response.statusCode(),
                JsonMapper.shared().readTree(response.body().isEmpty() ? "null" : response.body()));
    }

    private URI uri(String path) {
        return URI.create(
                "http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port") + "/actuator" + path);
    }

    @Override
    public void close() {
        context.close();
        http.close();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Host {}
}
